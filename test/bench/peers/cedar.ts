import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import { jwtVerify } from 'jose'
import type { MakePeer } from './peer.ts'

/** jose and a Cedar policy per role, parsed once; the token carries role names. */
export const cedar: MakePeer = ({ model, issuer, audience, publicKey }) => {
  const policies = [...model.roles].map(([role, permissions]) => {
    const actions = permissions.map((permission) => `Action::"${permission}"`).join(', ')
    return `permit(principal in Role::"${role}", action in [${actions}], resource);`
  })
  const parsed = preparsePolicySet('bench', { staticPolicies: policies.join('\n') })
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed))
  return {
    claims: { roles: model.held },
    authorize: async (token, permission) => {
      const { payload } = await jwtVerify(token, publicKey, { issuer, audience, algorithms: ['ES256'] })
      const principal = { type: 'Account', id: payload.sub ?? '' }
      const parents = (payload['roles'] as string[]).map((id) => ({ type: 'Role', id }))
      const answer = statefulIsAuthorized({
        principal,
        action: { type: 'Action', id: permission },
        resource: { type: 'Api', id: audience },
        context: {},
        preparsedPolicySetId: 'bench',
        entities: [{ uid: principal, attrs: {}, parents }],
      })
      if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors))
      return answer.response.decision === 'allow'
    },
  }
}

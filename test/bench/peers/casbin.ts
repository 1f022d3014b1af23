import { newEnforcer, newModelFromString, StringAdapter } from 'casbin'
import { jwtVerify } from 'jose'
import type { MakePeer } from './peer.ts'

const rbac = `
[request_definition]
r = sub, act
[policy_definition]
p = sub, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.act == p.act
`

/** jose and a casbin enforcer with the policies of all roles; the token carries role names. */
export const casbin: MakePeer = async ({ model, issuer, audience, publicKey }) => {
  const lines = [...model.roles].flatMap(([role, permissions]) => permissions.map((action) => `p, ${role}, ${action}`))
  const enforcer = await newEnforcer(newModelFromString(rbac), new StringAdapter(lines.join('\n')))
  return {
    claims: { roles: model.held },
    authorize: async (token, permission) => {
      const { payload } = await jwtVerify(token, publicKey, { issuer, audience, algorithms: ['ES256'] })
      for (const role of payload['roles'] as string[]) {
        if (await enforcer.enforce(role, permission)) return true
      }
      return false
    },
  }
}

import { createMongoAbility } from '@casl/ability'
import middy from '@middy/core'
import { jwtVerify } from 'jose'
import type { MakePeer, PeerSetting } from './peer.ts'

async function permissionsOf(token: string, { issuer, audience, publicKey }: PeerSetting): Promise<readonly string[]> {
  const { payload } = await jwtVerify(token, publicKey, { issuer, audience, algorithms: ['ES256'] })
  return payload['permissions'] as string[]
}

/** jose with a permissions array. */
export const jose: MakePeer = (setting) => ({
  claims: { permissions: setting.model.granted },
  authorize: async (token, permission) => (await permissionsOf(token, setting)).includes(permission),
})

/** The same inside a middy handler, as many authorizers are written. */
export const middyJose: MakePeer = (setting) => {
  const handler = middy<{ token: string; permission: string; allowed?: boolean }, boolean>()
    .before(async ({ event }) => {
      event.allowed = (await permissionsOf(event.token, setting)).includes(event.permission)
    })
    .handler(async (event) => event.allowed === true)
  const context = {} as Parameters<typeof handler>[1]
  return {
    claims: { permissions: setting.model.granted },
    authorize: (token, permission) => handler({ token, permission }, context),
  }
}

/** CASL abilities built from the array. */
export const casl: MakePeer = (setting) => ({
  claims: { permissions: setting.model.granted },
  authorize: async (token, permission) => {
    const permissions = await permissionsOf(token, setting)
    const ability = createMongoAbility(permissions.map((action) => ({ action, subject: 'api' })))
    return ability.can(permission, 'api')
  },
})

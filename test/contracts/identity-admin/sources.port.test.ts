import type { FaultOrder } from '../../../infra/local/ix-admin/faults.ts'
import { contractAccounts, identityAdminContract } from './port.contract.ts'
import { thirdParties } from './sources.fixture.ts'

for (const { kind, validators, names, start } of thirdParties) {
  const nameOf = (role: string) => (role === 'flow_viewer' ? names.viewer : names.publisher)
  identityAdminContract(`${kind} over HTTP`, { versions: false, validators }, async () => {
    const users = contractAccounts
      .filter(({ organization }) => organization === 'acme')
      .map(({ account, status, roles }) => ({
        id: account,
        login: account,
        active: status === 'active',
        holds: roles.map(({ role }) => nameOf(role)),
      }))
    const { standIn, admin: newAdmin } = await start(users)
    let admin = newAdmin()
    return {
      get admin() {
        return admin
      },
      replaceRoles: async ({ account }, roles) => {
        const user = standIn.truth.find(account)
        if (user === undefined) throw new Error(`no user ${account}`)
        standIn.truth.put({ ...user, holds: roles.map(({ role }) => nameOf(role)) })
      },
      spoil: (kind, key) => {
        const order: FaultOrder = kind === 'slow' ? { kind, delayMs: 30_000 } : { kind }
        standIn.fault({ ...order, ...(key !== undefined && { account: key.account }) })
      },
      recover: () => {
        standIn.fault({ kind: 'none' })
        // Its circuit and its pause are part of what was spoilt.
        admin = newAdmin()
      },
      close: () => standIn.close(),
    }
  })
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IxAdmin } from '@rolecast/core/adapters/identity-admins/ix-admin/ix-admin'
import { MemoryIdentityAdmin } from '@rolecast/core/adapters/memory/identity-admin'
import type { PullFailure } from '@rolecast/core/application/ports'
import { organizationAdmin, rolesOnOffer } from '../../../infra/local/demo-data.ts'
import { changeRoles } from '../../../infra/local/ix-admin/administrator.ts'
import type { FaultOrder } from '../../../infra/local/ix-admin/faults.ts'
import { startIxAdmin } from '../../../infra/local/ix-admin/server.ts'
import { contractAccounts, identityAdminContract, type SourceFault } from './port.contract.ts'

const failures: Readonly<Record<Exclude<SourceFault, 'slow'>, PullFailure>> = {
  down: { outcome: 'unavailable', cause: 'network' },
  garbage: { outcome: 'garbage', detail: 'not JSON' },
  partial: { outcome: 'partial' },
  rate_limit: { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 1_000 },
}

identityAdminContract('in memory', { versions: true, validators: true }, async () => {
  const statements = contractAccounts.map((each) => ({ ...each, version: 1, occurredAt: 0 }))
  const admin = new MemoryIdentityAdmin({ statements })
  return {
    admin,
    replaceRoles: async (key, roles) => void admin.change(key, { roles }),
    spoil: (fault, key) => {
      if (fault === 'slow') admin.delay(30_000)
      else admin.fail(failures[fault], key === undefined ? {} : { account: key.account })
    },
    recover: () => admin.recover(),
    close: async () => {},
  }
})

identityAdminContract('iX Admin over HTTP', { versions: true, validators: true }, async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'rolecast-ix-admin-'))
  const client = { clientId: 'rolecast', clientSecret: 's:e%c&r+e t' }
  const boss = { organization: 'acme', account: 'zz-boss', status: 'active' as const, roles: [organizationAdmin] }
  const people = [...contractAccounts, boss].map((each) => ({
    ...each,
    name: each.account,
    username: each.account,
    email: `${each.account}@acme.example`,
  }))
  const server = await startIxAdmin({
    port: 0,
    dataFolder,
    clients: [{ ...client, scopes: ['statements:read', 'roles:write'] }],
    people,
    rolesOnOffer,
  })
  const settings = { baseUrl: server.url, ...client }
  let admin = new IxAdmin(settings)
  return {
    get admin() {
      return admin
    },
    replaceRoles: async (key, roles) => {
      const administrator = { url: server.url, ...client, actingAccount: boss.account }
      await changeRoles(administrator, key, () => roles)
    },
    spoil: (kind, key) => {
      const order: FaultOrder = kind === 'slow' ? { kind, delayMs: 30_000 } : { kind }
      server.fault({ ...order, ...key })
    },
    recover: () => {
      server.fault({ kind: 'none' })
      // Its circuit and its pause are part of what was spoilt.
      admin = new IxAdmin(settings)
    },
    close: async () => {
      await server.close()
      await rm(dataFolder, { recursive: true })
    },
  }
})

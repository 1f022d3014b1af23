import { createHash, createHmac } from 'node:crypto'
import { catalogs as shipped } from '@rolecast/catalogs'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { Directory } from '@rolecast/core/adapters/identity-admins/directory/directory'
import { timeOrderedId } from '@rolecast/core/adapters/identity-admins/directory/time-ordered-id'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { mayNarrow } from '@rolecast/core/domain/catalog/may-narrow'
import type { ScimConfig } from './config.ts'
import type { ScimDependencies } from './context.ts'
import { basePath } from './http.ts'
import { createLog } from './log.ts'

/** Wires the SCIM service provider. Nothing is contacted yet. */
export function connect(config: ScimConfig): ScimDependencies {
  const clock = Date.now
  const catalogs = new Map<string, CompiledCatalog>(Object.entries(shipped))
  const stores = dynamoStores({ tableName: config.table, clock, mayNarrow: mayNarrow(catalogs) })
  const { accounts, customRoles, directory, organizations, scimTokens } = stores
  const directories = config.identityAdmins.filter(({ kind }) => kind === 'directory').map(({ name }) => name)
  const isDefault = config.identityAdmins[0]?.kind === 'directory'
  return {
    directory,
    scimTokens,
    organizations,
    customRoles,
    catalogs,
    settling: {
      accounts,
      identityAdmin: new Directory({ directory, organizations, clock }),
      pullDeadlineMs: config.pullDeadlineMs,
      clock,
    },
    sources: isDefault ? [...directories, undefined] : directories,
    baseUrl: config.origin + basePath,
    clock,
    newId: () => timeOrderedId(clock()),
    hash: (text) => createHash('sha256').update(text).digest('base64url'),
    sign: (text, key) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22),
    log: createLog((line) => process.stdout.write(line)),
  }
}

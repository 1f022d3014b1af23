import type { DirectorySettings, DirectoryStore, ScimTokenStore } from '@rolecast/core/application/directory/ports'
import type { Clock, CustomRoleStore, OrganizationStore } from '@rolecast/core/application/ports'
import type { SettleDependencies } from '@rolecast/core/application/sync/settle-account'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import type { Log } from './log.ts'

export interface ScimDependencies {
  readonly directory: DirectoryStore
  readonly scimTokens: Pick<ScimTokenStore, 'findToken'>
  readonly organizations: Pick<OrganizationStore, 'readOrganization' | 'markOrganizationDirty'>
  readonly customRoles: Pick<CustomRoleStore, 'listCustomRoles'>
  readonly catalogs: ReadonlyMap<string, CompiledCatalog>
  /** With the directory as its source: it settles what clients wrote. */
  readonly settling: SettleDependencies
  /** The names of sources that are the directory; organizations with another source are not settled. */
  readonly sources: readonly (string | undefined)[]
  /** Scheme, host and base path, without a slash at the end. */
  readonly baseUrl: string
  readonly clock: Clock
  readonly newId: () => string
  readonly hash: (text: string) => string
  readonly sign: (text: string, key: string) => string
  readonly log: Log
}

/** What a request is answered with, once it is known for whom: nothing of another organization can be named. */
export interface ScimContext extends ScimDependencies {
  readonly organization: string
  readonly settings: DirectorySettings
  /** Of the token that was presented. */
  readonly tokenHash: string
}

import type { Clock, OrganizationStore, WriteOutcome } from '../../application/ports.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import { settingsRemoveAnything } from '../../domain/freshness/change-entry.ts'
import { toChangeItem } from './change-item.ts'
import { ifRevision, type Write } from './conditions.ts'
import { organizationItemKey } from './keys.ts'
import { fromOrganizationItem, toOrganizationItem } from './organization-item.ts'
import type { DynamoTable } from './table.ts'

export class DynamoOrganizationStore implements OrganizationStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async readOrganization(organization: string): Promise<Organization | undefined> {
    const item = await this.#table.get(organizationItemKey(organization))
    return item === undefined ? undefined : fromOrganizationItem(organization, item)
  }

  async putOrganization(settings: Organization): Promise<WriteOutcome> {
    const { organization } = settings
    const stored = await this.readOrganization(organization)
    if ((stored?.revision ?? 0) !== settings.revision) return { outcome: 'conflict' }
    const revision = settings.revision + 1
    const writes: Write[] = [{ put: toOrganizationItem(settings, revision), condition: ifRevision(settings.revision) }]
    if (settingsRemoveAnything(stored, settings)) {
      writes.push({ put: toChangeItem({ scope: 'organization', organization, revision, at: this.#clock() }) })
    }
    const failed = await this.#table.transact(writes)
    return failed.length === 0 ? { outcome: 'written', revision } : { outcome: 'conflict' }
  }
}

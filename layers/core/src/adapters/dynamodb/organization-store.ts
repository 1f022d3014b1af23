import { type Clock, type OrganizationStore, StoreUnavailable, type WriteOutcome } from '../../application/ports.ts'
import { markOrganization, withMarks } from '../../domain/assignment/mark-organization.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import { settingsRemoveAnything } from '../../domain/freshness/change-entry.ts'
import { toChangeItem } from './change-item.ts'
import { ifRevision, type Write } from './conditions.ts'
import { organizationItemKey } from './keys.ts'
import { fromOrganizationItem, toOrganizationItem } from './organization-item.ts'
import { type DynamoTable, pause } from './table.ts'

/** Hints meet changes of settings and roles at the organization's revision; each round lets one through. */
const rounds = 8

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
    const at = this.#clock()
    const item = toOrganizationItem(withMarks(stored, settings, at), revision)
    const writes: Write[] = [{ put: item, condition: ifRevision(settings.revision) }]
    if (settingsRemoveAnything(stored, settings)) {
      writes.push({ put: toChangeItem({ scope: 'organization', organization, revision, at }) })
    }
    const failed = await this.#table.transact(writes)
    return failed.length === 0 ? { outcome: 'written', revision } : { outcome: 'conflict' }
  }

  async markOrganizationDirty(organization: string, hintedAt: number): Promise<'marked' | 'absent'> {
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const stored = await this.readOrganization(organization)
      if (stored === undefined) return 'absent'
      const at = this.#clock()
      const marked = markOrganization(stored, Math.min(hintedAt, at))
      const revision = stored.revision + 1
      const failed = await this.#table.transact([
        { put: toOrganizationItem(marked, revision), condition: ifRevision(stored.revision) },
        { put: toChangeItem({ scope: 'organization', organization, revision, at }) },
      ])
      if (failed.length === 0) return 'marked'
    }
    throw new StoreUnavailable('other writers of the organization were quicker again and again')
  }
}

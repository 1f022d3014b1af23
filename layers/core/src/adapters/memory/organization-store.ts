import type { OrganizationStore, WriteOutcome } from '../../application/ports.ts'
import { markOrganization, withMarks } from '../../domain/assignment/mark-organization.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import { settingsRemoveAnything } from '../../domain/freshness/change-entry.ts'
import { type MemoryDatabase, nameOf } from './database.ts'

/** Organizations in memory, with the semantics of `DynamoOrganizationStore`. */
export class MemoryOrganizationStore implements OrganizationStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readOrganization(organization: string): Promise<Organization | undefined> {
    await this.#database.request('readOrganization')
    return structuredClone(this.#database.organizations.get(nameOf(organization)))
  }

  async putOrganization(organization: Organization): Promise<WriteOutcome> {
    await this.#database.request('putOrganization')
    const name = nameOf(organization.organization)
    const stored = this.#database.organizations.get(name)
    if ((stored?.revision ?? 0) !== organization.revision) return { outcome: 'conflict' }
    const at = this.#database.clock()
    const revision = organization.revision + 1
    this.#database.organizations.set(name, structuredClone({ ...withMarks(stored, organization, at), revision }))
    if (settingsRemoveAnything(stored, organization)) {
      this.#database.changes.push({ scope: 'organization', organization: organization.organization, revision, at })
    }
    return { outcome: 'written', revision }
  }

  async markOrganizationDirty(organization: string, hintedAt: number): Promise<'marked' | 'absent'> {
    await this.#database.request('markOrganizationDirty')
    const stored = this.#database.organizations.get(nameOf(organization))
    if (stored === undefined) return 'absent'
    const at = this.#database.clock()
    const marked = markOrganization(stored, Math.min(hintedAt, at))
    const revision = stored.revision + 1
    this.#database.organizations.set(nameOf(organization), { ...marked, revision })
    this.#database.changes.push({ scope: 'organization', organization, revision, at })
    return 'marked'
  }
}

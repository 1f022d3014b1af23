import type { CustomRoleStore, WriteOutcome } from '../../application/ports.ts'
import type { CustomRole } from '../../domain/assignment/organization.ts'
import { roleChangeRemovesAnything } from '../../domain/freshness/change-entry.ts'
import { type MemoryDatabase, nameOf } from './database.ts'

/** Custom roles in memory, with the semantics of `DynamoCustomRoleStore`. */
export class MemoryCustomRoleStore implements CustomRoleStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readCustomRoles(
    organization: string,
    application: string,
    ids: readonly string[],
  ): Promise<readonly CustomRole[]> {
    if (ids.length === 0) return []
    await this.#database.request('readCustomRoles')
    const roles = [...new Set(ids)].flatMap(
      (id) => this.#database.customRoles.get(nameOf(organization, application, id)) ?? [],
    )
    return structuredClone(roles).sort(byId)
  }

  async listCustomRoles(organization: string, application: string): Promise<readonly CustomRole[]> {
    await this.#database.request('listCustomRoles')
    const roles = [...this.#database.customRoles.values()].filter(
      (role) => role.organization === organization && role.application === application,
    )
    return structuredClone(roles).sort(byId)
  }

  async putCustomRole(role: CustomRole): Promise<WriteOutcome> {
    await this.#database.request('putCustomRole')
    return this.#change(role, role)
  }

  async deleteCustomRole(
    organization: string,
    application: string,
    id: string,
    revision: number,
  ): Promise<WriteOutcome> {
    await this.#database.request('deleteCustomRole')
    if (revision === 0) return { outcome: 'conflict' }
    return this.#change({ organization, application, id, revision }, undefined)
  }

  #change(
    base: Pick<CustomRole, 'organization' | 'application' | 'id' | 'revision'>,
    after: CustomRole | undefined,
  ): WriteOutcome {
    const { organization, application, id } = base
    const name = nameOf(organization, application, id)
    const stored = this.#database.customRoles.get(name)
    const owner = this.#database.organizations.get(nameOf(organization))
    if (owner === undefined || (stored?.revision ?? 0) !== base.revision) return { outcome: 'conflict' }
    const revision = owner.revision + 1
    this.#database.organizations.set(nameOf(organization), { ...owner, revision })
    if (after === undefined) this.#database.customRoles.delete(name)
    else this.#database.customRoles.set(name, structuredClone({ ...after, revision }))
    if (roleChangeRemovesAnything(stored, after)) {
      const at = this.#database.clock()
      this.#database.changes.push({ scope: 'organization', organization, application, revision, at })
    }
    return { outcome: 'written', revision }
  }
}

function byId(one: CustomRole, other: CustomRole): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0
}

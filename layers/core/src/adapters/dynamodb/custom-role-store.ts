import { type Clock, type CustomRoleStore, StoreUnavailable, type WriteOutcome } from '../../application/ports.ts'
import type { CustomRole, Organization } from '../../domain/assignment/organization.ts'
import { roleChangeRemovesAnything } from '../../domain/freshness/change-entry.ts'
import { toChangeItem } from './change-item.ts'
import { ifRevision, type Write } from './conditions.ts'
import { fromCustomRoleItem, toCustomRoleItem } from './custom-role-item.ts'
import { customRoleItemKey, customRolePartition, organizationItemKey } from './keys.ts'
import { fromOrganizationItem } from './organization-item.ts'
import { type DynamoTable, pause } from './table.ts'

/** Changes of different roles of one organization meet at its revision; each round lets one through. */
const rounds = 8

type Base = Pick<CustomRole, 'organization' | 'application' | 'id' | 'revision'>

export class DynamoCustomRoleStore implements CustomRoleStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async readCustomRoles(
    organization: string,
    application: string,
    ids: readonly string[],
  ): Promise<readonly CustomRole[]> {
    const keys = [...new Set(ids)].map((id) => customRoleItemKey(organization, application, id))
    const items = await this.#table.batchGet(keys)
    return items.map((item) => fromCustomRoleItem(organization, application, item)).sort(byId)
  }

  async listCustomRoles(organization: string, application: string): Promise<readonly CustomRole[]> {
    const items = await this.#table.query(customRolePartition(organization, application))
    return items.map((item) => fromCustomRoleItem(organization, application, item)).sort(byId)
  }

  async putCustomRole(role: CustomRole): Promise<WriteOutcome> {
    return this.#change(role, role)
  }

  async deleteCustomRole(
    organization: string,
    application: string,
    id: string,
    revision: number,
  ): Promise<WriteOutcome> {
    if (revision === 0) return { outcome: 'conflict' }
    return this.#change({ organization, application, id, revision }, undefined)
  }

  /** The role, the organization's revision and the log entry in one transaction, however many accounts hold the role. */
  async #change(base: Base, after: CustomRole | undefined): Promise<WriteOutcome> {
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const { stored, owner } = await this.#read(base)
      if (owner === undefined || (stored?.revision ?? 0) !== base.revision) return { outcome: 'conflict' }
      const revision = owner.revision + 1
      const failed = await this.#table.transact(this.#writes({ base, stored, after, revision }))
      if (failed.length === 0) return { outcome: 'written', revision }
      if (failed.includes(0)) return { outcome: 'conflict' }
    }
    throw new StoreUnavailable('other changes of the organization were quicker again and again')
  }

  async #read(base: Base): Promise<{ stored: CustomRole | undefined; owner: Organization | undefined }> {
    const { organization, application, id } = base
    const roleKey = customRoleItemKey(organization, application, id)
    const items = await this.#table.batchGet([roleKey, organizationItemKey(organization)])
    const role = items.find(({ pk }) => pk === roleKey.pk)
    const owner = items.find(({ pk }) => pk !== roleKey.pk)
    return {
      stored: role && fromCustomRoleItem(organization, application, role),
      owner: owner && fromOrganizationItem(organization, owner),
    }
  }

  #writes(change: {
    readonly base: Base
    readonly stored: CustomRole | undefined
    readonly after: CustomRole | undefined
    readonly revision: number
  }): readonly Write[] {
    const { base, stored, after, revision } = change
    const { organization, application, id } = base
    const condition = ifRevision(base.revision)
    const writes: Write[] = [
      after === undefined
        ? { remove: customRoleItemKey(organization, application, id), condition }
        : { put: toCustomRoleItem(after, revision), condition },
      { advance: organizationItemKey(organization), from: revision - 1, to: revision },
    ]
    if (roleChangeRemovesAnything(stored, after)) {
      const entry = { scope: 'organization', organization, application, revision, at: this.#clock() } as const
      writes.push({ put: toChangeItem(entry) })
    }
    return writes
  }
}

function byId(one: CustomRole, other: CustomRole): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0
}

import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import type { Listings } from '@rolecast/core/application/sync/ports'
import { neverConfirmed } from '@rolecast/core/domain/assignment/marks'
import type { CustomRole, Organization } from '@rolecast/core/domain/assignment/organization'
import type { AccountRecord } from '@rolecast/core/domain/assignment/statement'
import { mayNarrow } from '@rolecast/core/domain/catalog/may-narrow'
import { underHints } from '@rolecast/core/domain/freshness/policy'
import { listAccount } from '@rolecast/core/domain/reconcile/account-listing'
import { bucketOf } from '@rolecast/core/domain/reconcile/fingerprints'
import { History } from './history.ts'
import type { Machine } from './machine.ts'
import { accounts, type OrganizationName, organizations, sourceKinds } from './plan.ts'
import { type AccountTruth, application, compiled, type DeskPermission, type OrganizationTruth } from './product.ts'
import type { Source } from './source.ts'
import { epochMs, type VirtualTime } from './virtual-time.ts'

/** Accounts by the bucket they fall into. */
const bucketsOfAccounts: ReadonlyMap<number, readonly string[]> = Map.groupBy(accounts, (account) =>
  bucketOf(sha256Fingerprint(account)),
)

/** The one table, and what an observer who sees every write makes of it. */
export class Table {
  readonly histories: ReadonlyMap<OrganizationName, History<OrganizationTruth>>
  /** Versions that went back, and what else must never be seen in a table. */
  readonly faults: string[] = []
  readonly #time: VirtualTime
  readonly #sources: ReadonlyMap<OrganizationName, Source>
  /** The clock of whoever writes just now. */
  #writersNow = epochMs
  readonly #stores = memoryStores({
    clock: () => this.#writersNow,
    mayNarrow: mayNarrow(new Map([[application, compiled]])),
  })
  readonly #seen = new Map<string, AccountRecord>()
  #seenDecided: readonly unknown[] = []

  constructor(time: VirtualTime, sources: ReadonlyMap<OrganizationName, Source>) {
    this.#time = time
    this.#sources = sources
    this.histories = new Map(
      organizations.map((name) => [
        name,
        new History<OrganizationTruth>({ defaultFull: name === 'west', archive: true }, time.now()),
      ]),
    )
  }

  async addOrganizations(): Promise<void> {
    for (const organization of organizations)
      await this.#stores.organizations.putOrganization(firstSettings(organization))
  }

  /** The stores as a machine reaches them: entries of the log carry its clock, at the moment it sent the write. */
  seenFrom(machine: Machine): ReturnType<typeof memoryStores> {
    const stores = this.#stores
    const told = {
      before: (calledAt: number) => {
        this.#writersNow = calledAt
      },
      after: () => this.observe(),
    }
    return {
      ...stores,
      accounts: machine.through(stores.accounts, told),
      organizations: machine.through(stores.organizations, told),
      customRoles: machine.through(stores.customRoles, told),
      changes: machine.through(stores.changes, told),
      eventIds: machine.through(stores.eventIds, told),
      runs: machine.through(stores.runs, told),
    }
  }

  /** What is stored, by buckets. Read from an index that is not behind: that one may be, is shown with reconciliation itself. */
  get listings(): Listings {
    return {
      listOrganizations: async () => [],
      listAccounts: async (organization, bucket) =>
        bucketsOfAccounts.get(bucket) === undefined
          ? []
          : this.records
              .filter(
                (record) =>
                  record.organization === organization && bucketsOfAccounts.get(bucket)?.includes(record.account),
              )
              .map((record) => listAccount(sha256Fingerprint, record)),
    }
  }

  get records(): readonly AccountRecord[] {
    return [...this.#stores.database.accounts.values()]
  }

  /** What counts as confirmed now, to compare with the sources when all is done. */
  get confirmedRecords(): readonly AccountRecord[] {
    const { organizations: settings } = this.#stores.database
    return this.records.filter((record) => {
      const organization = settings.get(JSON.stringify([record.organization]))
      return organization !== undefined && underHints(record, organization).confirmedAt !== neverConfirmed
    })
  }

  observe(): void {
    for (const [name, record] of this.#stores.database.accounts) {
      const before = this.#seen.get(name)
      if (before === record) continue
      this.#seen.set(name, record)
      if (before !== undefined && record.version < before.version) this.faults.push(`the version of ${name} went back`)
      this.#noteAccount(record)
    }
    const decided = [...this.#stores.database.organizations.values(), ...this.#stores.database.customRoles.values()]
    if (decided.length === this.#seenDecided.length && decided.every((each, at) => each === this.#seenDecided[at]))
      return
    this.#seenDecided = decided
    for (const organization of organizations) this.#noteOrganization(organization)
  }

  #noteAccount(record: AccountRecord): void {
    const organization = record.organization as OrganizationName
    const history = this.#sources.get(organization)?.histories.get(record.account as 'ann')
    if (history === undefined) return
    const version = versionOf(record, history, sourceKinds[organization])
    if (version === undefined) this.faults.push(`${organization}/${record.account} is as it never was`)
    else history.known(version, this.#time.now())
  }

  #noteOrganization(organization: OrganizationName): void {
    const { database } = this.#stores
    const settings = database.organizations.get(JSON.stringify([organization]))
    const night = [...database.customRoles.values()].find((role) => role.organization === organization)
    const truth = truthOf(settings, night)
    const history = this.histories.get(organization)
    if (truth === undefined || history === undefined) return
    if (JSON.stringify(history.last.value) === JSON.stringify(truth)) return
    history.known(history.change(truth, this.#time.now()).version, this.#time.now())
  }
}

/** Which era of an account a record is about: by its version where the source has them, else by what it says. */
function versionOf(
  record: AccountRecord,
  history: History<AccountTruth>,
  kind: 'events' | 'hints',
): number | undefined {
  const { last } = history
  if (record.confirmedAt === neverConfirmed && last.value.status === 'gone') return last.version
  return kind === 'events' ? record.version : history.eras.findLast(({ value }) => saysTheSame(record, value))?.version
}

/** Whether a stored record says of an account what a source said. */
export function saysTheSame(record: AccountRecord, truth: AccountTruth): boolean {
  if (truth.status === 'gone') return record.confirmedAt === neverConfirmed || record.status === 'inactive'
  const held = record.roles.map(({ role }) => role).sort()
  const said = [...truth.roles].sort() as string[]
  return record.status === truth.status && held.length === said.length && held.every((role, at) => role === said[at])
}

function truthOf(settings: Organization | undefined, night: CustomRole | undefined): OrganizationTruth | undefined {
  const desk = settings?.applications[application]
  if (desk === undefined) return undefined
  const truth = { defaultFull: desk.defaultFull, archive: desk.features.includes('archive') }
  return night === undefined ? truth : { ...truth, night: night.grants as readonly DeskPermission[] }
}

function firstSettings(organization: OrganizationName): Organization {
  return {
    organization,
    title: organization,
    issuer: `https://login.${organization}.example`,
    applications: { [application]: { features: ['archive'], defaultFull: organization === 'west' } },
    revision: 0,
  }
}

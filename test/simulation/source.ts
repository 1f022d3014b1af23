import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '@rolecast/core/application/ports'
import type { AccountKey, SourceStatement } from '@rolecast/core/domain/assignment/statement'
import { type Era, History } from './history.ts'
import type { Machine } from './machine.ts'
import { type AccountName, accounts, type OrganizationName, type sourceFaults, sourceKinds } from './plan.ts'
import { type AccountTruth, application } from './product.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

type Fault = (typeof sourceFaults)[number]

/** The central place where roles are held, of one organization, with all that was ever true there. */
export class Source {
  readonly organization: OrganizationName
  readonly histories: ReadonlyMap<AccountName, History<AccountTruth>>
  readonly #time: VirtualTime
  #fault: { readonly fault: Fault; readonly until: number } | undefined

  constructor(organization: OrganizationName, time: VirtualTime) {
    this.organization = organization
    this.#time = time
    const first = { status: 'active', roles: ['reader'] } as const
    this.histories = new Map(accounts.map((account) => [account, new History<AccountTruth>(first, time.now())]))
  }

  assign(account: AccountName, value: AccountTruth): Era<AccountTruth> {
    return this.#history(account).change(value, this.#time.now())
  }

  fail(fault: Fault, lasts: number): void {
    this.#fault = { fault, until: this.#time.now() + lasts }
  }

  recover(): void {
    this.#fault = undefined
  }

  /** The statement of an era, without its version where the source has none; nothing is stated of an account that is gone. */
  statementOf(account: AccountName, { value, version, since }: Era<AccountTruth>): SourceStatement | undefined {
    if (value.status === 'gone') return undefined
    const statement = {
      organization: this.organization as string,
      account: account as string,
      status: value.status,
      roles: value.roles.map((role) => ({ application, role: role as string })),
      occurredAt: since,
    }
    return sourceKinds[this.organization] === 'events' ? { ...statement, version } : statement
  }

  /** The source as one machine reaches it: what it answers was true at a moment between question and answer, or is too late. */
  seenFrom(machine: Machine, random: Random, onTimeout: () => void): IdentityAdmin {
    const answer = async <T>(deadlineMs: number, read: () => T): Promise<T | PullFailure> => {
      const slow = random.chance(0.06) ? random.pick([15, 24, 60]) : 1
      const [there, back] = [random.whole(1, 40) * slow, random.whole(1, 40) * slow]
      if (there + back > deadlineMs) {
        onTimeout()
        await machine.call(() => this.#time.pass(Math.max(0, deadlineMs - 60)))
        return { outcome: 'timeout' }
      }
      return machine.call(async () => {
        await this.#time.pass(there)
        const said = this.#failure() ?? read()
        await this.#time.pass(back)
        return said
      })
    }
    return {
      readAccount: (key, { etag, deadlineMs }) => answer<PullOutcome>(deadlineMs, () => this.#read(key, etag)),
      listAccounts: (_, { deadlineMs, cursor }) => answer<PageOutcome>(deadlineMs, () => this.#page(cursor)),
    }
  }

  #failure(): PullFailure | undefined {
    if (this.#fault === undefined || this.#fault.until <= this.#time.now()) return undefined
    switch (this.#fault.fault) {
      case 'unavailable':
        return { outcome: 'unavailable', cause: 'status' }
      case 'garbage':
        return { outcome: 'garbage', detail: 'not JSON' }
      case 'refused':
        return { outcome: 'refused', status: 403 }
      case 'timeout':
      case 'partial':
        return { outcome: this.#fault.fault }
    }
  }

  #read({ account }: AccountKey, etag: string | undefined): PullOutcome {
    const era = this.#history(account as AccountName).last
    const statement = this.statementOf(account as AccountName, era)
    if (statement === undefined) return { outcome: 'not_found' }
    if (sourceKinds[this.organization] === 'hints') return { outcome: 'statement', statement }
    const current = `"${era.version}"`
    return etag === current ? { outcome: 'unchanged' } : { outcome: 'statement', statement, etag: current }
  }

  /** Pages of one account, so that there is room between them. */
  #page(cursor: string | undefined): PageOutcome {
    const [account, ...more] = accounts.filter((name) => cursor === undefined || name > cursor)
    if (account === undefined) return { outcome: 'page', statements: [] }
    const statements = [this.statementOf(account, this.#history(account).last)].filter((each) => each !== undefined)
    return more.length === 0 ? { outcome: 'page', statements } : { outcome: 'page', statements, next: account }
  }

  #history(account: AccountName): History<AccountTruth> {
    const history = this.histories.get(account)
    if (history === undefined) throw new Error(`there is no account ${account}`)
    return history
  }
}

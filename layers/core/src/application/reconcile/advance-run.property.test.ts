import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { hour, reconcileWorld, statement } from '../../../../../test/support/reconcile-world.ts'
import { neverConfirmed } from '../../domain/assignment/marks.ts'
import { canonicalAssignments } from '../../domain/assignment/role-names.ts'
import type { AccountStatement, SourceStatement } from '../../domain/assignment/statement.ts'
import type { IdentityAdmin, PageOutcome, PullOutcome } from '../ports.ts'
import { StoreUnavailable } from '../ports.ts'
import { settleAccount } from '../sync/settle-account.ts'
import { releaseRun, startRun } from './manage-runs.ts'
import type { ReconcileDependencies } from './step.ts'

type World = Awaited<ReturnType<typeof reconcileWorld>>
type Content = Pick<SourceStatement, 'status' | 'roles'>

const spelt = ({ status, roles }: Content) => JSON.stringify([status, canonicalAssignments(roles)])
const accounts = Array.from({ length: 14 }, (_, index) => `account-${index}`)
const roles = ['clerk', 'owner', 'buyer']

type Fault = 'timeout' | 'limited' | 'garbage' | 'early' | 'empty' | 'same cursor' | 'twice' | 'inconsistent'

/** A source whose next answers can be spoilt, with or without versions, that remembers all it ever said. */
class FaultySource implements IdentityAdmin {
  readonly said = new Map<string, Set<string>>()
  /** When each account was last changed, epoch milliseconds. */
  readonly changedAt = new Map<string, number>()
  readonly faults: Fault[] = []
  readonly #now = new Map<string, AccountStatement>()
  readonly #versions = new Map<string, number>()
  readonly versioned: boolean
  clock = () => 0

  constructor(versioned: boolean) {
    this.versioned = versioned
  }

  state(account: string): AccountStatement | undefined {
    return this.#now.get(account)
  }

  put(account: string, content: Content): SourceStatement {
    const version = (this.#versions.get(account) ?? 0) + 1
    this.#versions.set(account, version)
    const stated = { ...statement(account, [], version), ...content }
    this.#now.set(account, stated)
    this.changedAt.set(account, this.clock())
    this.said.set(account, new Set([...(this.said.get(account) ?? []), spelt(content)]))
    return this.#shown(stated)
  }

  remove(account: string): void {
    this.#now.delete(account)
    this.changedAt.set(account, this.clock())
  }

  async readAccount({ account }: { readonly account: string }): Promise<PullOutcome> {
    const fault = this.faults.shift()
    if (fault === 'timeout') return { outcome: 'timeout' }
    if (fault === 'limited') return { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 5_000 }
    if (fault === 'garbage') return { outcome: 'garbage', detail: '' }
    const found = this.#now.get(account)
    return found === undefined ? { outcome: 'not_found' } : { outcome: 'statement', statement: this.#shown(found) }
  }

  async listAccounts(_: string, { cursor }: { readonly cursor?: string }): Promise<PageOutcome> {
    const all = [...this.#now.values()].sort((one, other) => (one.account < other.account ? -1 : 1))
    const rest = all.filter(({ account }) => cursor === undefined || account > cursor)
    const statements = rest.slice(0, 4).map((each) => this.#shown(each))
    const last = statements.at(-1)?.account
    const page = { outcome: 'page' as const, statements, ...(rest.length > 4 && last !== undefined && { next: last }) }
    switch (this.faults.shift()) {
      case 'timeout':
        return { outcome: 'timeout' }
      case 'limited':
        return { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 5_000 }
      case 'garbage':
        return { outcome: 'garbage', detail: '' }
      case 'inconsistent':
        return { outcome: 'inconsistent', detail: '' }
      case 'empty':
        return { outcome: 'page', statements: [] }
      case 'early':
        return { outcome: 'page', statements: statements.slice(0, 2) }
      case 'same cursor':
        return { ...page, next: cursor ?? 'account-0' }
      case 'twice':
        return {
          ...page,
          statements: all
            .slice(0, 1)
            .map((each) => this.#shown(each))
            .concat(statements),
        }
      default:
        return page
    }
  }

  #shown({ version, ...rest }: AccountStatement): SourceStatement {
    return this.versioned ? { ...rest, version } : rest
  }
}

type Act =
  | { readonly act: 'step' }
  | { readonly act: 'change'; readonly account: string; readonly content: Content; readonly told: boolean }
  | { readonly act: 'remove'; readonly account: string }
  | { readonly act: 'late'; readonly account: string }
  | { readonly act: 'fault'; readonly fault: Fault }
  | { readonly act: 'crash' }

const account = fc.constantFrom(...accounts)
const content = fc.record<Content>({
  status: fc.constantFrom('active', 'active', 'active', 'inactive'),
  roles: fc.subarray(roles).map((some) => some.map((role) => ({ application: 'shop', role }))),
})
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Act>({ act: 'step' }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('change' as const), account, content, told: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('remove' as const), account }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('late' as const), account }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('fault' as const),
      fault: fc.constantFrom<Fault>(
        'timeout',
        'limited',
        'garbage',
        'early',
        'empty',
        'same cursor',
        'twice',
        'inconsistent',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ act: 'crash' }) },
)

/** What everybody may rely on at any moment: whatever counts, the source once said. */
function checkNothingInvented(world: World, source: FaultySource): void {
  for (const record of world.database.accounts.values()) {
    if (record.confirmedAt === neverConfirmed) continue
    expect(source.said.get(record.account)).toContain(spelt(record))
  }
}

async function ended(world: World): Promise<void> {
  const run = await world.goOn()
  if (run.state !== 'braked') return
  await releaseRun(world.dependencies, 'acme', { run: run.run, by: 'ada' })
  await world.goOn()
}

/** Whatever counts is what the source says now; what it does not know counts for nothing. */
function checkInStep(world: World, source: FaultySource): void {
  for (const name of accounts) {
    const [record] = [...world.database.accounts.values()].filter(({ account }) => account === name)
    const state = source.state(name)
    if (state === undefined) expect(record === undefined || !grants(record)).toBe(true)
    else expect(record && spelt(record)).toBe(spelt(state))
    if (state !== undefined) expect(record?.confirmedAt).not.toBe(neverConfirmed)
  }
}

const grants = ({ status, confirmedAt }: { status: string; confirmedAt: number }) =>
  status === 'active' && confirmedAt !== neverConfirmed

/** A receipt of zero drift holds for every account that the source has not changed since. */
function checkReceipt(world: World, source: FaultySource, advanced: Awaited<ReturnType<World['step']>>): void {
  const receipt = advanced.outcome === 'advanced' ? advanced.receipt : undefined
  if (receipt?.outcome !== 'zero_drift') return
  for (const record of world.database.accounts.values()) {
    if ((source.changedAt.get(record.account) ?? 0) >= receipt.asOf || !grants(record)) continue
    const state = source.state(record.account)
    expect(state && spelt(state)).toBe(spelt(record))
  }
}

async function perform(world: World, source: FaultySource, told: Map<string, SourceStatement[]>, each: Act) {
  world.pass(1)
  switch (each.act) {
    case 'step':
      await startRun(world.dependencies, 'acme', { reason: 'due' })
      return checkReceipt(world, source, await world.step())
    case 'change': {
      const stated = source.put(each.account, each.content)
      told.set(each.account, [...(told.get(each.account) ?? []), stated])
      return each.told ? tell(world, stated) : undefined
    }
    case 'remove':
      return source.remove(each.account)
    case 'late': {
      const old = told.get(each.account)?.[0]
      return old === undefined ? undefined : tell(world, old)
    }
    case 'fault':
      source.faults.push(each.fault)
      return
    case 'crash':
      world.database.fail(new StoreUnavailable(), 1)
      await world.step().catch(unlessCrashed)
      world.database.recover()
      world.pass(61_000)
  }
}

/** An event: a statement where the source counts versions, a hint where it does not. */
async function tell(world: World, stated: SourceStatement): Promise<void> {
  const { accounts: store } = world.dependencies
  if (stated.version !== undefined) {
    await store.applyStatement({ ...stated, version: stated.version }, { confirmedAt: world.now() })
  } else {
    const dependencies = { ...world.dependencies, pullDeadlineMs: 1_000 }
    await settleAccount(dependencies, stated, { hintedAt: world.now() })
  }
}

function unlessCrashed(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error
}

describe.each([
  ['with versions', true],
  ['without versions', false],
])('a source %s', (_, versioned) => {
  test.prop([fc.array(content, { minLength: 14, maxLength: 14 }), fc.array(act, { maxLength: 60 })], { numRuns: 200 })(
    'that fails, changes and is told late never makes anything count that it did not say, and is caught up with',
    async (contents, acts) => {
      const source = new FaultySource(versioned)
      const world = await reconcileWorld({ source })
      source.clock = world.now
      const told = new Map<string, SourceStatement[]>()
      for (const [index, name] of accounts.entries())
        source.put(name, contents[index] ?? { status: 'active', roles: [] })
      for (const each of acts) {
        await perform(world, source, told, each)
        checkNothingInvented(world, source)
      }
      // What was lost is found by the next whole run of a source that answers.
      source.faults.length = 0
      world.pass(hour)
      if ((await startRun(world.dependencies, 'acme', { reason: 'due' })).outcome === 'refused') await ended(world)
      await startRun(world.dependencies, 'acme', { reason: 'due' })
      await ended(world)
      checkNothingInvented(world, source)
      expect(await world.receipt()).toMatchObject({ outcome: 'zero_drift' })
      checkInStep(world, source)
      // And a run after it finds nothing, and says so of every bucket.
      world.pass(hour)
      const again = await world.reconcile()
      expect(again).toMatchObject({ outcome: 'zero_drift', buckets: { agreeing: 64 } })
      expect(again.counts).toMatchObject({ created: 0, widened: 0, repaired: 0, withdrawn: 0, left: 0 })
    },
  )
})

describe('a crash', () => {
  /** Fails the given request to a store, before it is made or after. */
  function crashing(dependencies: ReconcileDependencies, at: number, when: 'before' | 'after') {
    let requests = 0
    const wrapped = <T extends object>(store: T): T =>
      new Proxy(store, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name)
          if (typeof member !== 'function') return member
          return async (...question: unknown[]) => {
            requests += 1
            const now = requests === at
            if (now && when === 'before') throw new StoreUnavailable('crashed')
            const answer: unknown = await member.apply(target, question)
            if (now) throw new StoreUnavailable('crashed')
            return answer
          }
        },
      })
    const { accounts: store, newAccounts, runs, listings, organizations } = dependencies
    return {
      dependencies: {
        ...dependencies,
        accounts: wrapped(store),
        newAccounts: wrapped(newAccounts),
        runs: wrapped(runs),
        listings: wrapped(listings),
        organizations: wrapped(organizations),
      },
      requests: () => requests,
    }
  }

  async function drifted(crash: { at: number; when: 'before' | 'after' }) {
    const world = await reconcileWorld({ statements: accounts.map((name) => statement(name)), pageSize: 4 })
    await world.reconcile()
    world.pass(hour)
    await world.stores.accounts.markDirty({ organization: 'acme', account: 'account-3' }, world.now())
    world.source.put(statement('account-1', [], 2))
    world.source.put(statement('account-2', ['clerk', 'owner'], 2))
    world.source.remove(statement('account-4'))
    world.source.put(statement('new'))
    const { dependencies, requests } = crashing(world.dependencies, crash.at, crash.when)
    const broken = { ...world.dependencies }
    Object.assign(world.dependencies, dependencies)
    const begin = () => world.begin().catch(unlessCrashed)
    await begin()
    for (let tries = 0; tries < 5; tries += 1) {
      if ((await world.stores.runs.readRun('acme'))?.state === 'done' && tries === 0) await begin()
      try {
        await world.goOn()
        break
      } catch (error) {
        unlessCrashed(error)
        world.pass(61_000)
      }
    }
    Object.assign(world.dependencies, broken)
    return { world, requests: requests() }
  }

  it.each(['before', 'after'] as const)('%s any request is made up for', async (when) => {
    const { requests } = await drifted({ at: Number.POSITIVE_INFINITY, when })
    expect(requests).toBeGreaterThan(100)
    for (let at = 1; at <= requests; at += 1) {
      const { world } = await drifted({ at, when })
      const receipt = await world.receipt()
      expect(receipt, `crash ${when} request ${at}`).toMatchObject({ outcome: 'zero_drift', compared: 14 })
      expect((await world.record('account-1'))?.roles).toEqual([])
      expect((await world.record('account-2'))?.roles).toHaveLength(2)
      expect((await world.record('account-3'))?.confirmedAt).toBeGreaterThan(0)
      expect((await world.record('account-4'))?.confirmedAt).toBe(0)
      expect((await world.record('new'))?.confirmedAt).toBeGreaterThan(0)
    }
  })
})

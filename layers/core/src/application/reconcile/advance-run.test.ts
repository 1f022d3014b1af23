import { describe, expect, it } from 'vitest'
import { hour, organization, reconcileWorld, start, statement } from '../../../../../test/support/reconcile-world.ts'
import type { PageOutcome } from '../ports.ts'
import { releaseRun, startRun, stopRun } from './manage-runs.ts'

const names = (count: number, prefix = 'account') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, '0')}`)

describe('a run', () => {
  it('brings what is stored in step with the source, whatever had been lost', async () => {
    const world = await reconcileWorld()
    await world.store(
      statement('same', ['clerk']),
      statement('gains', ['clerk']),
      statement('loses', ['clerk', 'owner']),
      statement('leaves'),
      statement('gone', ['owner']),
    )
    for (const each of [
      statement('same', ['clerk']),
      statement('gains', ['clerk', 'owner'], 2),
      statement('loses', ['clerk'], 2),
      { ...statement('leaves', [], 2), status: 'inactive' as const },
      statement('new', ['owner'], 7),
    ]) {
      world.source.put(each)
    }
    const receipt = await world.reconcile()
    expect(receipt).toMatchObject({
      outcome: 'zero_drift',
      compared: 5,
      pages: 2,
      counts: { same: 1, created: 1, widened: 1, repaired: 2, withdrawn: 1, asked: 3, left: 0 },
    })
    expect(receipt.asOf).toBeGreaterThan(start)
    expect((await world.record('gains'))?.roles).toHaveLength(2)
    expect(await world.record('loses')).toMatchObject({ version: 2, roles: [{ role: 'clerk' }] })
    expect(await world.record('leaves')).toMatchObject({ status: 'inactive' })
    expect(await world.record('new')).toMatchObject({ version: 7 })
    expect(await world.record('gone')).toMatchObject({ version: 1, confirmedAt: 0 })
    const changed = (await world.stores.changes.readChanges(0)).map((entry) => 'account' in entry && entry.account)
    expect(new Set(changed)).toEqual(new Set(['loses', 'leaves', 'gone']))
  })

  it('that finds no drift reads the source once, reads no record and writes none', async () => {
    const statements = names(20).map((name) => statement(name))
    const world = await reconcileWorld({ statements, pageSize: 4 })
    expect(await world.reconcile()).toMatchObject({ outcome: 'zero_drift', counts: { created: 20 } })
    world.pass(hour)
    world.source.clearCalls()
    world.database.requests.length = 0
    expect(await world.reconcile()).toMatchObject({
      outcome: 'zero_drift',
      counts: { same: 20, asked: 0, created: 0 },
      buckets: { agreeing: 64, all: 64 },
    })
    expect(world.source.calls.map(({ call }) => call)).toEqual(Array(5).fill('listAccounts'))
    const accountRequests = [
      'readAccounts',
      'createAccounts',
      'applyStatement',
      'applyUnversioned',
      'withdrawConfirmation',
      'readPages',
    ]
    expect(world.database.requests.filter((name) => accountRequests.includes(name))).toEqual([])
  })

  it('makes one page a step', async () => {
    const world = await reconcileWorld({ statements: names(7).map((name) => statement(name)), pageSize: 3 })
    await world.begin()
    const calls: number[] = []
    while ((await world.run()).state === 'running') {
      await world.step()
      calls.push(world.source.calls.length)
    }
    expect(calls).toEqual([0, 1, 2, 3, 3])
  })

  it('asks for hinted accounts before the walk', async () => {
    const world = await reconcileWorld({ statements: names(7).map((name) => statement(name)), pageSize: 3 })
    await world.reconcile()
    world.pass(10)
    await world.stores.accounts.markDirty({ organization: 'acme', account: 'account-0006' }, world.now())
    world.pass(hour)
    world.source.clearCalls()
    expect(await world.reconcile()).toMatchObject({ outcome: 'zero_drift', counts: { repaired: 1, asked: 1 } })
    expect(world.source.calls[0]).toMatchObject({ call: 'readAccount', key: { account: 'account-0006' } })
    expect((await world.record('account-0006'))?.confirmedAt).toBeGreaterThan(start + hour)
  })

  it('hands the name of the source on', async () => {
    const world = await reconcileWorld({ statements: [statement('ada')] })
    await world.stores.organizations.putOrganization({ ...organization, identityAdmin: 'okta', revision: 1 })
    world.pass(1)
    await world.reconcile()
    expect(world.source.calls).toEqual([expect.objectContaining({ call: 'listAccounts', source: 'okta' })])
  })

  it('begins its walk anew where the organization has changed its source meanwhile', async () => {
    const world = await reconcileWorld({ statements: names(7).map((name) => statement(name)) })
    await world.begin()
    await world.step()
    await world.step()
    await world.stores.organizations.putOrganization({ ...organization, identityAdmin: 'okta', revision: 1 })
    world.source.clearCalls()
    expect(await world.goOn()).toMatchObject({ state: 'done', walk: { attempt: 2, source: 'okta', listed: 7 } })
    expect(world.source.calls[0]).not.toHaveProperty('cursor')
  })

  it('ends where the organization is gone', async () => {
    const world = await reconcileWorld()
    await world.begin()
    world.database.organizations.clear()
    expect(await world.goOn()).toMatchObject({ state: 'failed', code: 'organization_gone' })
  })

  it('leaves alone what somebody else confirmed meanwhile', async () => {
    const world = await reconcileWorld({ statements: names(6).map((name) => statement(name)), pageSize: 3 })
    await world.reconcile()
    world.pass(hour)
    await world.begin()
    await world.step()
    await world.step()
    // After the first page, an event takes a role of an account on it, and one on the second page gets one.
    world.pass(1)
    for (const each of [statement('account-0000', [], 2), statement('account-0005', ['clerk', 'owner'], 2)]) {
      world.source.put(each)
      await world.stores.accounts.applyStatement(each, { confirmedAt: world.now() })
    }
    world.source.clearCalls()
    await world.goOn()
    expect(await world.receipt()).toMatchObject({ outcome: 'zero_drift', counts: { repaired: 0, left: 0 } })
    // The source is asked once more for the one whose page said otherwise.
    const asked = world.source.calls.filter(({ call }) => call === 'readAccount')
    expect(asked).toEqual([expect.objectContaining({ key: { organization: 'acme', account: 'account-0000' } })])
    expect(await world.record('account-0000')).toMatchObject({ version: 2, roles: [] })
  })

  it('checks again what was changed behind its back by a statement that the source does not make', async () => {
    const world = await reconcileWorld({ statements: names(6).map((name) => statement(name)) })
    await world.reconcile()
    world.pass(hour)
    // A forged event, confirmed long ago by its own account.
    await world.stores.accounts.applyStatement(statement('account-0001', ['owner'], 9), { confirmedAt: 5 })
    world.pass(hour)
    const receipt = await world.reconcile()
    expect(receipt).toMatchObject({ outcome: 'drift_left', counts: { asked: 1, left: 1 } })
  })

  it('believes a source that contradicts itself in nothing', async () => {
    const world = await reconcileWorld({ statements: [statement('ada', ['clerk']), statement('bob')] })
    await world.reconcile()
    world.pass(hour)
    world.source.put(statement('ada', ['owner']))
    expect(await world.reconcile()).toMatchObject({ outcome: 'drift_left', counts: { left: 1 } })
    expect(await world.record('ada')).toMatchObject({ confirmedAt: 0, roles: [{ role: 'clerk' }] })
  })
})

describe('an account that no page lists', () => {
  it('stays as it is where the source, asked for it, gives no answer', async () => {
    const world = await reconcileWorld({ statements: names(4).map((name) => statement(name)) })
    await world.store(statement('gone'))
    world.source.fail({ outcome: 'garbage', detail: '' }, { account: 'gone' })
    expect(await world.reconcile()).toMatchObject({ outcome: 'drift_left', counts: { withdrawn: 0, left: 1 } })
    expect((await world.record('gone'))?.confirmedAt).toBeGreaterThan(0)
  })

  it('is asked for later where the source gives no answer now', async () => {
    const world = await reconcileWorld({ statements: names(4).map((name) => statement(name)) })
    await world.store(statement('gone'))
    const limited = { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 90_000 } as const
    world.source.fail(limited, { account: 'gone', times: 1 })
    await world.begin()
    let waiting = await world.run()
    for (let steps = 0; steps < 20 && waiting.state !== 'waiting'; steps += 1) {
      await world.step()
      waiting = await world.run()
    }
    expect(waiting).toMatchObject({ state: 'waiting', code: 'source_rate_limited', wakeAt: world.now() + 90_000 })
    expect(await world.step()).toEqual({ outcome: 'idle' })
    await world.goOn()
    expect(await world.receipt()).toMatchObject({ outcome: 'zero_drift', counts: { withdrawn: 1 } })
  })

  it('that is inactive already needs no asking', async () => {
    const world = await reconcileWorld({ statements: names(4).map((name) => statement(name)) })
    await world.store({ ...statement('former'), status: 'inactive' })
    expect(await world.reconcile()).toMatchObject({ outcome: 'zero_drift', counts: { asked: 0 } })
    expect(await world.record('former')).toMatchObject({ status: 'inactive' })
  })
})

describe('a source that', () => {
  const filled = async (pageSize = 3) => {
    const world = await reconcileWorld({ statements: names(9).map((name) => statement(name)), pageSize })
    await world.reconcile()
    world.pass(hour)
    return world
  }
  const everything = async (world: Awaited<ReturnType<typeof filled>>) =>
    JSON.stringify([...world.database.accounts.values()])

  it('gives no answer is waited for, and read on from where it stopped', async () => {
    const world = await filled()
    await world.begin()
    await world.step()
    await world.step()
    world.source.fail({ outcome: 'timeout' }, { times: 2 })
    await world.step()
    expect(await world.run()).toMatchObject({ state: 'waiting', code: 'source_timeout', wakeAt: world.now() + 2_000 })
    world.source.clearCalls()
    const ended = await world.goOn()
    expect(ended).toMatchObject({ state: 'done' })
    expect(ended).not.toHaveProperty('code')
    expect(world.source.calls.filter((call) => !('cursor' in call))).toEqual([])
  })

  it.each([
    [{ outcome: 'timeout' }, 'source_timeout'],
    [{ outcome: 'unavailable', cause: 'status' }, 'source_unavailable'],
    [{ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 1_000 }, 'source_rate_limited'],
    [{ outcome: 'garbage', detail: 'x' }, 'source_garbage'],
    [{ outcome: 'partial' }, 'source_partial'],
    [{ outcome: 'refused', status: 403 }, 'source_refused_us'],
  ] as const)(
    'gives no answer for good (%j) ends the run with its code, and nothing is changed',
    async (failure, code) => {
      const world = await filled()
      const before = await everything(world)
      world.source.fail(failure)
      await world.begin()
      expect(await world.goOn()).toMatchObject({ state: 'failed', code })
      expect(await world.receipt()).toMatchObject({ outcome: 'failed', code, compared: 0 })
      expect(await everything(world)).toBe(before)
    },
  )

  it('shows no account at first is asked again before it is believed, and then one by one', async () => {
    const world = await filled()
    world.source.clearCalls()
    const kept = names(9).map((name) => statement(name))
    for (const each of kept) world.source.remove(each)
    await world.begin()
    await world.step()
    await world.step()
    expect(await world.run()).toMatchObject({ state: 'waiting', code: 'source_empty', wakeAt: world.now() + 60_000 })
    for (const each of kept) world.source.put(each)
    expect(await world.goOn()).toMatchObject({ state: 'done' })
    expect(await world.receipt()).toMatchObject({ outcome: 'zero_drift', counts: { same: 9, withdrawn: 0 } })
  })

  it('shows no account twice is believed only as far as each account is confirmed to be gone', async () => {
    const world = await filled()
    for (const name of names(9)) world.source.remove(statement(name))
    await world.begin()
    // Nine accounts are few enough for the brake to keep still.
    expect(await world.goOn()).toMatchObject({ state: 'done', counts: { withdrawn: 9 } })
  })

  const tampered = async (tamper: (page: PageOutcome, pages: number) => PageOutcome, rows = 9) => {
    const inner = await reconcileWorld({ statements: names(rows).map((name) => statement(name)), pageSize: 3 })
    await inner.reconcile()
    inner.pass(hour)
    let pages = 0
    const { source } = inner
    const list = source.listAccounts.bind(source)
    source.listAccounts = async (...question) => {
      pages += 1
      return tamper(await list(...question), pages)
    }
    return inner
  }

  it.each<[string, (page: PageOutcome) => PageOutcome, string]>([
    [
      'repeats a cursor',
      (page) => (page.outcome === 'page' ? { ...page, next: 'account-0002' } : page),
      'source_repeats_cursor',
    ],
    [
      'repeats an account',
      (page) => (page.outcome === 'page' ? { ...page, statements: [...page.statements, ...page.statements] } : page),
      'source_repeats_accounts',
    ],
    [
      'repeats accounts on later pages',
      (page) =>
        page.outcome === 'page'
          ? {
              ...page,
              statements: [
                ...page.statements.filter(({ account }) => account !== 'account-0000'),
                statement('account-0000'),
              ],
            }
          : page,
      'source_repeats_accounts',
    ],
    [
      'mixes accounts with and without versions',
      (page) =>
        page.outcome === 'page'
          ? {
              ...page,
              statements: page.statements.map(({ version, ...rest }, index) =>
                index === 1 ? rest : { ...rest, version: version ?? 1 },
              ),
            }
          : page,
      'source_mixes_versions',
    ],
    ['says so itself', () => ({ outcome: 'inconsistent', detail: 'total changed' }), 'source_inconsistent'],
  ])('%s is walked again, then given up with its code, and nobody is taken for gone', async (_, tamper, code) => {
    const world = await tampered(tamper)
    await world.store(statement('unlisted'))
    await world.begin()
    expect(await world.goOn()).toMatchObject({ state: 'failed', code, walk: { attempt: 3 } })
    expect(await world.receipt()).toMatchObject({ outcome: 'failed', code, counts: { withdrawn: 0 } })
    expect((await world.record('unlisted'))?.confirmedAt).toBeGreaterThan(0)
  })

  it('forgets a cursor is walked again from the first page', async () => {
    let refused = 0
    const world = await tampered((page, pages) => {
      if (pages !== 2) return page
      refused += 1
      return { outcome: 'refused', status: 410 }
    })
    await world.begin()
    expect(await world.goOn()).toMatchObject({ state: 'done', walk: { attempt: 2 } })
    expect(refused).toBe(1)
  })

  it('ends a page set early is caught by asking for those it did not list', async () => {
    const world = await tampered((page) => {
      if (page.outcome !== 'page') return page
      const { next: _, ...last } = page
      return page.statements.some(({ account }) => account === 'account-0045') ? last : page
    }, 55)
    const before = await everything(world)
    await world.begin()
    expect(await world.goOn()).toMatchObject({ state: 'failed', code: 'source_ended_early' })
    expect(await world.receipt()).toMatchObject({ counts: { withdrawn: 0, stillThere: 4 } })
    expect(JSON.parse(await everything(world)).map((each: { roles: unknown }) => each.roles)).toEqual(
      JSON.parse(before).map((each: { roles: unknown }) => each.roles),
    )
  })

  it('speaks of another organization is not believed', async () => {
    const world = await tampered((page) =>
      page.outcome === 'page'
        ? { ...page, statements: page.statements.map((each) => ({ ...each, organization: 'other' })) }
        : page,
    )
    await world.begin()
    expect(await world.goOn()).toMatchObject({ state: 'failed', code: 'source_garbage' })
  })
})

describe('the brake', () => {
  const massRemoval = async () => {
    const statements = names(40).map((name) => statement(name, ['clerk', 'owner']))
    const world = await reconcileWorld({ statements, pageSize: 10 })
    await world.reconcile()
    world.pass(hour)
    for (const name of names(12)) world.source.put(statement(name, ['clerk'], 2))
    world.source.put(statement('account-0020', ['clerk', 'owner', 'buyer'], 2))
    world.source.remove(statement('account-0039'))
    return world
  }

  it('stops a run before anything is taken away, with counts and examples', async () => {
    const world = await massRemoval()
    await world.begin()
    const braked = await world.goOn()
    expect(braked).toMatchObject({
      state: 'braked',
      code: 'mass_removal',
      held: { accounts: 40, assignments: 80 },
      losing: { accounts: 13, assignments: 14 },
    })
    expect(braked.examples).toHaveLength(10)
    expect(braked).not.toHaveProperty('wakeAt')
    const [first, widened, gone] = await Promise.all(['account-0000', 'account-0020', 'account-0039'].map(world.record))
    expect(first?.roles).toHaveLength(2)
    expect(widened?.roles).toHaveLength(3)
    expect(gone?.confirmedAt).toBeGreaterThan(0)
    expect(await world.step()).toEqual({ outcome: 'idle' })
    expect(await startRun(world.dependencies, 'acme', { reason: 'requested' })).toMatchObject({ outcome: 'refused' })
  })

  it('lets exactly the released run go on, and remembers who released it', async () => {
    const world = await massRemoval()
    await world.begin()
    const { run } = await world.goOn()
    expect(await releaseRun(world.dependencies, 'acme', { run: 'another', by: 'eve' })).toMatchObject({
      outcome: 'refused',
    })
    expect(await releaseRun(world.dependencies, 'acme', { run, by: 'ada' })).toMatchObject({ outcome: 'done' })
    expect(await world.goOn()).toMatchObject({ state: 'done' })
    const release = { by: 'ada', at: expect.any(Number) }
    expect(await world.receipt()).toMatchObject({
      outcome: 'zero_drift',
      release,
      counts: { repaired: 12, withdrawn: 1 },
    })
    expect(await releaseRun(world.dependencies, 'acme', { run, by: 'ada' })).toMatchObject({ outcome: 'refused' })
  })

  it('settles all that was found, however many steps that takes', async () => {
    const statements = names(150).map((name) => statement(name, ['clerk', 'owner']))
    const world = await reconcileWorld({ statements, pageSize: 150 })
    await world.reconcile()
    world.pass(hour)
    for (const name of names(140)) world.source.put(statement(name, ['clerk'], 2))
    await world.begin()
    const { run } = await world.goOn()
    await releaseRun(world.dependencies, 'acme', { run, by: 'ada' })
    expect(await world.goOn()).toMatchObject({ state: 'done', counts: { repaired: 140, left: 0 } })
    expect((await world.record('account-0139'))?.roles).toHaveLength(1)
  })

  it('holds a run that a person stops instead', async () => {
    const world = await massRemoval()
    await world.begin()
    const { run } = await world.goOn()
    expect(await stopRun(world.dependencies, 'acme', { run })).toMatchObject({ outcome: 'done' })
    expect(await world.run()).toMatchObject({ state: 'stopped', code: 'stopped_by_person' })
    expect((await world.record('account-0000'))?.roles).toHaveLength(2)
  })

  it('keeps still for what only adds, however much', async () => {
    const world = await reconcileWorld({ statements: names(40).map((name) => statement(name)), pageSize: 10 })
    await world.reconcile()
    world.pass(hour)
    for (const name of names(40)) world.source.put(statement(name, ['clerk', 'owner'], 2))
    expect(await world.reconcile()).toMatchObject({ outcome: 'zero_drift', counts: { widened: 40 } })
  })
})

describe('two callers', () => {
  it('never make the same step', async () => {
    const world = await reconcileWorld({ statements: names(9).map((name) => statement(name)) })
    await world.begin()
    while ((await world.run()).state === 'running') {
      const outcomes = (await Promise.all([world.step(), world.step(), world.step()])).map(({ outcome }) => outcome)
      expect(outcomes.filter((outcome) => outcome === 'advanced')).toHaveLength(1)
    }
    expect(world.source.calls).toHaveLength(3)
  })

  it('take over from one that disappeared when its lease has ended', async () => {
    const world = await reconcileWorld({ statements: names(9).map((name) => statement(name)) })
    await world.begin()
    await world.step()
    const release = world.source.hold()
    const lost = world.step()
    while (world.source.calls.length === 0) await Promise.resolve()
    expect(await world.step()).toEqual({ outcome: 'busy' })
    expect(world.source.calls).toHaveLength(1)
    world.pass(60_001)
    release()
    expect(await world.step()).toMatchObject({ outcome: 'advanced' })
    // What the first one did comes too late to be counted.
    expect(await lost).toEqual({ outcome: 'busy' })
    expect(await world.goOn()).toMatchObject({ state: 'done', walk: { pages: 3, listed: 9 } })
  })
})

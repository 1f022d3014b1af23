import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { paperHandle } from '../../../../test/support/paper-handles.ts'
import { MemoryChangeLog } from '../adapters/memory/change-log.ts'
import { MemoryDatabase } from '../adapters/memory/database.ts'
import { type ChangeEntry, changeOverlapMs } from '../domain/freshness/change-entry.ts'
import { emptyCutoffs, everyone, isAboveCutoffs, raiseCutoffs } from '../domain/freshness/cutoffs.ts'
import { writeCursor } from '../domain/freshness/feed-cursor.ts'
import { ChangeFeed, type ChangeFeedDependencies, type FeedPage } from './change-feed.ts'
import { StoreUnavailable } from './ports.ts'

const start = 1_793_000_000_000

function setUp(options: Partial<ChangeFeedDependencies> = {}) {
  const time = { now: start }
  const clock = () => time.now
  const database = new MemoryDatabase(clock)
  const handles = { openHandles: async () => paperHandle }
  /** Another environment over the same log, whose clock differs by `skew` milliseconds. */
  const open = (skew = 0) =>
    new ChangeFeed({
      changes: new MemoryChangeLog(database),
      handles,
      ...options,
      clock: () => time.now + skew,
    })
  return { time, database, open, log: (...entries: readonly ChangeEntry[]) => database.changes.push(...entries) }
}

function removal(account: string, parts: { readonly revision?: number; readonly at?: number } = {}): ChangeEntry {
  return { scope: 'account', organization: 'acme', account, revision: 2, at: start, ...parts }
}

async function read(feed: ChangeFeed, after?: string, application = 'shop'): Promise<FeedPage> {
  const outcome = await feed.readPage({ application, ...(after !== undefined && { after }) })
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value
}

describe('the change feed', () => {
  it('tells what was taken away by handle, each in the measure it is compared by', async () => {
    const { open, log } = setUp()
    const at = start - 1_000
    log(
      removal('ada', { revision: 8 }),
      { scope: 'confirmation', organization: 'acme', account: 'bob', confirmedUntil: start - 500, at },
      { scope: 'organization', organization: 'acme', revision: 4, at },
      { scope: 'application', application: 'shop', issuedFrom: 1_792_999_990, at },
      { scope: 'key', kid: 'gone', revision: 3, at },
    )
    expect(await read(open())).toEqual({
      ageMs: 0,
      cursor: expect.any(String),
      more: false,
      versions: { [paperHandle('acme', 'ada')]: 8 },
      revisions: { [paperHandle('acme')]: 4 },
      confirmed: { [paperHandle('acme', 'bob')]: start / 1000 },
      issued: { [everyone]: 1_792_999_990 },
      keys: ['gone'],
    })
  })

  it('names nobody', async () => {
    const { open, log } = setUp()
    log(removal('ada'), { scope: 'organization', organization: 'acme', application: 'shop', revision: 4, at: start })
    expect(JSON.stringify(await read(open()))).not.toMatch(/ada|acme/)
  })

  it('leaves out what is about another application', async () => {
    const { open, log } = setUp()
    log(
      { scope: 'organization', organization: 'acme', application: 'other', revision: 4, at: start },
      { scope: 'organization', organization: 'acme', application: 'shop', revision: 3, at: start },
      { scope: 'application', application: 'other', issuedFrom: 5, at: start },
    )
    expect(await read(open())).toMatchObject({ revisions: { [paperHandle('acme')]: 3 }, issued: {} })
    expect(await read(open(), undefined, 'other')).toMatchObject({
      revisions: { [paperHandle('acme')]: 4 },
      issued: { [everyone]: 5 },
    })
  })

  it('reads the log at most once a second, and once for all who wait', async () => {
    const { open, database, time } = setUp()
    const feed = open()
    await Promise.all([read(feed), read(feed), read(feed)])
    time.now += 999
    expect((await read(feed)).ageMs).toBe(999)
    expect(database.requests).toEqual(['readChanges'])
    time.now += 1
    expect((await read(feed)).ageMs).toBe(0)
    expect(database.requests).toHaveLength(2)
  })

  it('reads on, and tells a reader only what is new to it', async () => {
    const { open, log, time } = setUp()
    const feed = open()
    log(removal('ada'))
    const { cursor } = await read(feed)
    time.now += changeOverlapMs + 1
    const second = await read(feed, cursor)
    expect(Object.keys(second.versions)).toEqual([paperHandle('acme', 'ada')])
    time.now += 5_000
    log(removal('bob', { at: time.now }))
    expect(Object.keys((await read(feed, second.cursor)).versions)).toEqual([paperHandle('acme', 'bob')])
    expect(Object.keys((await read(feed)).versions)).toHaveLength(2)
  })

  it('answers everything to a cursor that is too old, of the future, or no cursor', async () => {
    const { open, log, time } = setUp()
    log(removal('ada', { at: start - 800_000 }))
    const feed = open()
    const far = [start - 901_000, start + changeOverlapMs + 1, 0].map((from) => writeCursor({ from }))
    for (const cursor of [...far, 'x', '', '1.', '2.abc', '1.ABC', '1.1.1.1', '1.-5', 'z'.repeat(100)]) {
      expect(Object.keys((await read(feed, cursor)).versions), cursor).toHaveLength(1)
    }
    expect((await read(feed, writeCursor({ from: start - 1 }))).versions).toEqual({})
    time.now += 200_000
    expect((await read(feed)).versions).toEqual({})
  })

  it('has a copy that shrinks as entries grow too old', async () => {
    const { open, log, time } = setUp({ capacity: 3 })
    const feed = open()
    for (let round = 0; round < 10; round += 1) {
      log(removal(`leaver-${round}`, { at: time.now }), removal(`other-${round}`, { at: time.now }))
      expect((await read(feed)).issued).toEqual({})
      time.now += 901_000
    }
  })

  it('cuts off whole organizations where there are too many removals, and forgets none', async () => {
    const { open, log, time } = setUp({ capacity: 5 })
    const feed = open()
    const removals = Array.from({ length: 6 }, (_, index) => removal(`leaver-${index}`))
    log(...removals, { ...removal('zoe'), organization: 'globex' } as ChangeEntry)
    const page = await read(feed)
    const minimum = Math.ceil((start + 5_000) / 1000)
    expect(page).toMatchObject({
      versions: {},
      issued: { [paperHandle('acme')]: minimum, [paperHandle('globex')]: minimum },
    })
    time.now += 1_000
    expect((await read(feed, page.cursor)).issued[paperHandle('acme')]).toBeGreaterThanOrEqual(minimum)
  })

  it('refuses as long as there is no secret for handles', async () => {
    const { open } = setUp({ handles: { openHandles: async () => undefined } })
    const feed = open()
    expect(await feed.readPage({ application: 'shop' })).toMatchObject({ refusal: { code: 'no_signing_key' } })
  })

  it('throws while the log cannot be read, and misses nothing of that time', async () => {
    const { open, database, log, time } = setUp()
    const feed = open()
    const { cursor } = await read(feed)
    database.fail(new StoreUnavailable('down'))
    log(removal('ada', { at: start + 100 }))
    time.now += 60_000
    await expect(read(feed, cursor)).rejects.toThrow(StoreUnavailable)
    database.recover()
    expect(Object.keys((await read(feed, cursor)).versions)).toEqual([paperHandle('acme', 'ada')])
  })
})

/** A removal whose entry carries `at` and shows at `visible`: clocks differ by up to 5 s, and a write takes up to 3 s. */
const entry = fc.record({
  second: fc.integer({ min: 0, max: 60 }),
  late: fc.integer({ min: 0, max: 3_000 }),
  skew: fc.integer({ min: -2_500, max: 2_500 }),
  account: fc.integer({ min: 0, max: 8 }),
})
const poll = fc.record({ afterMs: fc.integer({ min: 0, max: 9_000 }), instance: fc.integer({ min: 0, max: 2 }) })

describe('a reader that is answered by several environments, page by page', () => {
  test.prop([
    fc.array(entry, { maxLength: 20 }),
    fc.array(poll, { minLength: 1, maxLength: 12 }),
    fc.array(fc.integer({ min: -2_500, max: 2_500 }), { minLength: 3, maxLength: 3 }),
  ])('knows every removal that showed before its copy was read', async (entries, polls, skews) => {
    const { time, open, log } = setUp({ pageSize: 2 })
    const feeds = skews.map((skew) => open(skew))
    const removals = entries.map(({ second, late, skew, account }, index) => {
      const written = start + second * 1000
      return { visible: written + late, entry: removal(`a${account}`, { revision: index, at: written + skew }) }
    })
    const shown = new Set<ChangeEntry>()
    const index = emptyCutoffs()
    let cursor: string | undefined
    for (const { afterMs, instance } of polls) {
      time.now += afterMs
      let asOf = Number.POSITIVE_INFINITY
      for (let page = 0, more = true; more; page += 1) {
        for (const each of removals) {
          if (each.visible <= time.now && !shown.has(each.entry)) log(each.entry)
          if (each.visible <= time.now) shown.add(each.entry)
        }
        const feed = feeds[(instance + page) % feeds.length] as ChangeFeed
        const answer = await read(feed, cursor)
        raiseCutoffs(index, answer)
        asOf = Math.min(asOf, time.now - answer.ageMs)
        ;({ cursor, more } = answer)
        time.now += 10
      }
      for (const { visible, entry: one } of removals) {
        if (visible > asOf || one.scope !== 'account') continue
        const changeHandle = paperHandle('acme', one.account)
        const older = { changeHandle, revision: [one.revision - 1, 9], confirmedAt: 1e12, issuedAt: 1e12 } as const
        expect(isAboveCutoffs(index, older)).toBe(false)
      }
    }
  })
})

import { nothing } from '@rolecast/core/domain/reconcile/brake'
import { noCounts, type Receipt, type Run } from '@rolecast/core/domain/reconcile/run'
import { beginWalk } from '@rolecast/core/domain/reconcile/walk'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const first: Run = {
  organization: 'acme',
  run: 'one',
  reason: 'due',
  state: 'running',
  phase: 'open',
  startedAt: start,
  updatedAt: start,
  wakeAt: start,
  failures: 0,
  walk: beginWalk(1, start),
  held: nothing,
  losing: nothing,
  examples: [],
  counts: noCounts,
  suspects: { chunks: 0, chunk: 0, done: 0 },
  bucket: 0,
  agreeing: 0,
  soundAsOf: start,
  revision: 0,
}

/** A run that has every member. */
const full: Run = {
  ...first,
  reason: 'requested',
  requestedBy: 'ada',
  state: 'braked',
  phase: 'settle',
  code: 'mass_removal',
  distrust: 'source_ended_early',
  lease: { holder: 'h', until: start + 5 },
  failures: 2,
  walk: {
    ...beginWalk(2, start),
    cursor: 'c2',
    anchor: { cursor: 'c1', pagesLeft: 1, span: 2 },
    versioned: false,
    emptyAt: start,
    hintsUntil: start - 1,
    source: 'okta',
    pages: 3,
    listed: 5,
    digests: ['1 ff', '0 0'],
  },
  held: { accounts: 5, assignments: 9 },
  examples: ['ada'],
  release: { by: 'bob', at: start },
}

const receipt: Receipt = {
  organization: 'acme',
  run: 'one',
  reason: 'due',
  outcome: 'zero_drift',
  asOf: start,
  startedAt: start,
  finishedAt: start + 9,
  pages: 3,
  attempts: 1,
  compared: 5,
  buckets: { agreeing: 64, all: 64 },
  digest: '00000000000000ff',
  counts: noCounts,
}

/** What every RunStore does. */
export function runStoreContract(makeWorld: MakeWorld): void {
  describe('RunStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    it('keeps a run to the last member, one for each organization', async () => {
      expect(await world.runs.readRun('acme')).toBeUndefined()
      expect(await world.runs.writeRun(first)).toBe('written')
      expect(await world.runs.readRun('acme')).toEqual({ ...first, revision: 1 })
      expect(await world.runs.writeRun({ ...full, revision: 1 })).toBe('written')
      expect(await world.runs.readRun('acme')).toEqual({ ...full, revision: 2 })
      expect(await world.runs.readRun('other')).toBeUndefined()
    })

    it('lets one of many writers of the same revision through, with what it writes beside', async () => {
      await world.runs.writeRun(first)
      const writes = await Promise.all(
        [1, 2, 3, 4].map((page) =>
          world.runs.writeRun(
            { ...first, failures: page, revision: 1 },
            { page: { attempt: 1, page, listed: Uint8Array.of(page) } },
          ),
        ),
      )
      expect(writes.filter((outcome) => outcome === 'written')).toHaveLength(1)
      const winner = writes.indexOf('written') + 1
      expect(await world.runs.readRun('acme')).toMatchObject({ failures: winner, revision: 2 })
      expect(await world.runs.readPages(first, 1)).toEqual([
        { attempt: 1, page: winner, listed: Uint8Array.of(winner) },
      ])
    })

    it('writes nothing beside a run that was refused', async () => {
      await world.runs.writeRun(first)
      const suspects = [{ chunk: 0, suspects: [{ account: 'ada', why: 'unlisted' as const, leaf: 'ff' }] }]
      expect(await world.runs.writeRun(first, { suspects, receipt })).toBe('conflict')
      expect(await world.runs.readSuspects(first, 0)).toEqual([])
      expect(await world.runs.listReceipts('acme', 10)).toEqual([])
    })

    it('keeps pages apart by run and attempt, in order, and writes one again in its place', async () => {
      let revision = 0
      const put = async (run: string, attempt: number, page: number, byte = page) => {
        const listed = Uint8Array.of(byte)
        await world.runs.writeRun({ ...first, run, revision }, { page: { attempt, page, listed } })
        revision += 1
      }
      for (const page of [1, 2, 10, 11]) await put('one', 1, page)
      await put('one', 2, 1)
      await put('two', 1, 1)
      await put('one', 1, 2, 99)
      const pages = await world.runs.readPages(first, 1)
      expect(pages.map(({ page, listed }) => [page, listed[0]])).toEqual([
        [1, 1],
        [2, 99],
        [10, 10],
        [11, 11],
      ])
      expect(await world.runs.readPages({ ...first, run: 'two' }, 1)).toHaveLength(1)
      expect(await world.runs.readPages({ ...first, run: 'three' }, 1)).toEqual([])
    })

    it('keeps suspects by chunk', async () => {
      const chunk = (account: string) => [{ account, why: 'changed' as const, leaf: 'ff' }]
      await world.runs.writeRun(first, {
        suspects: [
          { chunk: 0, suspects: chunk('ada') },
          { chunk: 1, suspects: chunk('bob') },
        ],
      })
      expect(await world.runs.readSuspects(first, 0)).toEqual(chunk('ada'))
      expect(await world.runs.readSuspects(first, 1)).toEqual(chunk('bob'))
      expect(await world.runs.readSuspects(first, 2)).toEqual([])
    })

    it('keeps receipts, the youngest first', async () => {
      for (const [revision, finishedAt] of [start, start + 2, start + 1].entries()) {
        await world.runs.writeRun({ ...first, revision }, { receipt: { ...receipt, finishedAt } })
      }
      const receipts = await world.runs.listReceipts('acme', 2)
      expect(receipts.map(({ finishedAt }) => finishedAt - start)).toEqual([2, 1])
      expect(receipts[0]).toEqual({ ...receipt, finishedAt: start + 2 })
      expect(await world.runs.listReceipts('other', 2)).toEqual([])
    })

    it('lists the runs of all organizations, whatever their names', async () => {
      for (const organization of hostileIdentifiers) await world.runs.writeRun({ ...first, organization })
      const listed = await world.runs.listRuns()
      expect(listed.map(({ organization }) => organization).sort()).toEqual([...hostileIdentifiers].sort())
      expect(listed[0]).toEqual({
        organization: listed[0]?.organization,
        run: 'one',
        state: 'running',
        updatedAt: start,
        wakeAt: start,
        soundAsOf: start,
      })
    })
  })
}

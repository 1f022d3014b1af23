import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { costsBetween } from './counts.ts'
import { type FakeFaults, fakeSystem } from './fake-system.fixture.ts'
import { formatFigures, isKept } from './format.ts'
import { readOptions } from './options.ts'
import { runProbe } from './run-probe.ts'

const quick = {
  rounds: 2,
  callers: 3,
  everyMs: 10,
  limitMs: 800,
  deniedForMs: 200,
  allowedForMs: 30,
  inARow: 8,
  restMs: 20,
  staggerMs: 30,
  allowMs: 200,
  loadPerSecond: 100,
}

async function probe(faults?: FakeFaults, isEnded = () => false) {
  const notes: string[] = []
  const figures = await runProbe(fakeSystem(faults), { note: (text) => notes.push(text), isEnded }, quick)
  return { figures, notes }
}

describe('the probe', () => {
  it('measures removals at every authorizer, grants at the next access, and that allowing reads nothing', async () => {
    const { figures, notes } = await probe()
    expect(figures).toMatchObject({
      revokeToDenyMs: { samples: 12 },
      grantToAllowMs: { samples: 12, accesses: 1 },
      failures: [],
      allowReads: 0,
      authorizers: 4,
      load: { refused: 0, unanswered: 0 },
    })
    expect(figures.revokeToDenyMs.max).toBeGreaterThan(10)
    expect(figures.decisions).toBeGreaterThan(20)
    expect(figures.feedReads).toBeGreaterThan(0)
    expect(isKept(figures)).toBe(true)
    expect(notes).toEqual(expect.arrayContaining(['4 authorizers answer', 'one: taken away']))
    expect(formatFigures(figures)).toContain('(12 samples), at access 1')
  })

  it('says so where the change feed is not followed', async () => {
    const { figures } = await probe({ feedIsOff: true })
    expect(figures.failures).toHaveLength(4)
    expect(figures.failures[0]).toMatchObject({ phase: 'deny', reason: 'never' })
    expect(figures.revokeToDenyMs.p50).toBeGreaterThan(quick.limitMs)
    expect(isKept(figures)).toBe(false)
    expect(formatFigures(figures)).toContain('FAILED  one: deny, never')
  })

  it('counts what allowing reads', async () => {
    const { figures } = await probe({ asksToAllow: true })
    expect(figures.allowReads).toBe(1)
  })

  it('fails where somebody is refused whose role nobody touched', async () => {
    const { figures } = await probe({ refusesOthers: true })
    expect(figures.load.refused).toBeGreaterThan(0)
    expect(isKept(figures)).toBe(false)
  })

  it('has not kept anything where nothing was measured', async () => {
    let calls = 0
    const { figures } = await probe({}, () => ++calls > 30)
    expect(figures.revokeToDenyMs).toEqual({ samples: 0 })
    expect(isKept(figures)).toBe(false)
  })
})

it('takes no figure from an authorizer that decided nothing', () => {
  const counts = { authorizer: { instances: [3], routes: {} }, tokenService: { instances: [1], routes: {} } }
  expect(() => costsBetween(counts, counts)).toThrow('decided nothing')
})

it('reads its options, and keeps a round within the life of a token', () => {
  expect(readOptions(['--json', '--limit', '20', '--load', '0'])).toMatchObject({
    json: true,
    accounts: 8,
    rounds: 6,
    callers: 4,
    limitMs: 20_000,
    loadPerSecond: 0,
  })
  expect(readOptions(['--limit', '80']).limitMs).toBe(80_000)
})

it('says what to start where nothing runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rolecast-test-'))
  try {
    const run = spawnSync(process.execPath, [join(import.meta.dirname, 'probe.ts'), '--json'], {
      encoding: 'utf8',
      env: { ...process.env, ROLECAST_DATA_FOLDER: folder },
    })
    expect([run.status, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain('npm start')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

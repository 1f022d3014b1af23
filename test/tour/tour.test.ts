import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { isKept } from '../probe/format.ts'
import { localSystem } from '../probe/local-system.ts'
import { runProbe } from '../probe/run-probe.ts'
import { Narrator } from './narrator.ts'
import { wholeStory } from './whole-story.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecast-test-'))
let system: System

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly-tour')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

it.each(wholeStory)('$title', { timeout: 120_000 }, async ({ tell }) => {
  const lines: string[] = []
  const narrator = new Narrator((line) => lines.push(line))
  await tell(system.running, narrator, folder)
  expect(narrator.close(), lines.join('\n')).toBe(0)
})

it('a removal has effect at every authorizer within the bound, a grant at the next access', {
  timeout: 60_000,
}, async () => {
  const notes: string[] = []
  const surroundings = { note: (text: string) => notes.push(text), isEnded: () => false }
  const figures = await runProbe(localSystem(system.running, 2), surroundings, {
    rounds: 1,
    callers: 4,
    everyMs: 100,
    limitMs: 20_000,
    // Twenty in a row, of authorizers that take turns.
    deniedForMs: 2_000,
    inARow: 20,
    allowedForMs: 500,
    restMs: 3_000,
    staggerMs: 500,
    allowMs: 2_000,
    loadPerSecond: 20,
  })
  expect(isKept(figures), JSON.stringify([figures, notes])).toBe(true)
  expect(figures).toMatchObject({ authorizers: 4, allowReads: 0 })
  // One: the first. On a machine that does everything at once, the question behind a first refusal may come too late.
  expect(figures.grantToAllowMs.accesses).toBeLessThanOrEqual(2)
  // Of a machine that does everything at once, some accesses are late by as much as it stands still.
  expect(figures.revokeToDenyMs.p50).toBeLessThanOrEqual(10_000)
})

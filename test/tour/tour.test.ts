import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { Narrator } from './narrator.ts'
import { tellOutage, tellRoleSystems, tellStory } from './story.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecast-test-'))
let system: System

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

it.each([
  ['a role becomes a permission, and stops being one', tellStory],
  ['the other four role systems', tellRoleSystems],
  ['the identity admin goes down, and comes back', tellOutage],
])('%s', { timeout: 60_000 }, async (_title, tell) => {
  const lines: string[] = []
  const narrator = new Narrator((line) => lines.push(line))
  await tell(system.running, narrator)
  expect(narrator.close(), lines.join('\n')).toBe(0)
})

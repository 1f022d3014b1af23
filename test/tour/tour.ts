/** `npm run tour`: plays the story against the running system, or starts one for it and stops it again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../infra/local/ports.ts'
import { dataFolder, findRunning, type Running, workFolder } from '../../infra/local/running.ts'
import { startSystem } from '../../infra/local/system.ts'
import { Narrator } from './narrator.ts'
import { wholeStory } from './whole-story.ts'

const narrator = new Narrator()

async function tell(running: Running, dataFolder: string): Promise<number> {
  const began = performance.now()
  for (const { tell } of wholeStory) await tell(running, narrator, dataFolder)
  narrator.say(`The tour took ${Math.round((performance.now() - began) / 1000)} s.`)
  return narrator.close()
}

const running = findRunning(dataFolder())
if (running !== undefined) {
  console.log(`Using the system that runs at ${running.urls.tokenService}`)
  process.exit(await tell(running, dataFolder()))
}
console.log('Nothing is running here (npm start): starting a system for the tour, with data of its own')
const folder = mkdtempSync(join(tmpdir(), 'rolecast-tour-'))
const assembly = join(workFolder, 'tour-assembly')
const system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: console.log })
let status = 1
try {
  status = await tell(system.running, folder)
} finally {
  await system.close()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(status)

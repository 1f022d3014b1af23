/** `npm run probe`: how long changes of roles take to have effect, measured on the running system. */
import { dataFolder, findRunning } from '../../infra/local/running.ts'
import { formatFigures, isKept } from './format.ts'
import { localSystem } from './local-system.ts'
import { readOptions } from './options.ts'
import { runProbe } from './run-probe.ts'

const { json, accounts, ...options } = readOptions(process.argv.slice(2))
const running = findRunning(dataFolder())
if (running === undefined) {
  console.error('Nothing is running here: npm start, in another terminal, starts the system that is measured.')
  process.exit(2)
}
let isEnded = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isEnded = true
    console.error('  stopping: roles are given back')
  })
}
const note = (text: string) => console.error(`  ${text}`)
const figures = await runProbe(localSystem(running, accounts), { note, isEnded: () => isEnded }, options)
console.log(json ? JSON.stringify(figures, null, 2) : formatFigures(figures))
process.exit(isKept(figures) ? 0 : 1)

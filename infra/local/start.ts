/** `npm start`: everything on this machine. Ctrl-C stops it; the data folder keeps what was done. */
import { AssemblyFailed } from './local-assembly.ts'
import { portsFrom } from './ports.ts'
import { untilAskedToStop } from './runner/until-asked-to-stop.ts'
import { dataFolder, workFolder } from './running.ts'
import { type System, startSystem } from './system.ts'
import { welcome } from './welcome.ts'

const started = Date.now()
const progress = (step: string) => {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6)
  process.stdout.write(`${seconds} s  ${step}\n`)
}

let system: System
try {
  const ports = portsFrom(process.env['ROLECAST_PORT_BASE'])
  system = await startSystem({ dataFolder: dataFolder(), assembly: `${workFolder}/assembly`, ports, progress })
} catch (error) {
  console.error(`\nRolecast did not start.\n\n${explain(error)}`)
  process.exit(1)
}
progress('Ready')
console.log(welcome(system.running, dataFolder()))
await untilAskedToStop()
console.log('\nStopping …')
await system.close()
process.exit(0)

function explain(error: unknown): string {
  if (error instanceof AssemblyFailed) return error.message
  if (!(error instanceof Error)) return String(error)
  const next = 'next' in error && typeof error.next === 'string' ? `\n${error.next}` : ''
  const occupied = error.name === 'PortOccupied' ? '\nROLECAST_PORT_BASE=5100 npm start moves all ports.' : ''
  return `${error.message}${next}${occupied}`
}

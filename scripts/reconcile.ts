/**
 * `npm run reconcile -- start|status|release|stop|receipts`: reconciliation by hand, of the local stack that is running, or with
 * `--table` of a deployed stage, with the credentials and the Region of the shell. It writes the run; the function makes its steps.
 */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { Command, InvalidArgumentError } from 'commander'
import { dataFolder, findRunning } from '../infra/local/running.ts'
import { CannotBeDone, type ReconcileCommands, receipts, release, start, status, stop } from './reconcile-commands.ts'

const program = new Command('reconcile')
  .description('Holds what is stored against the sources of organizations, and says what was found.')
  .option('--table <name>', 'output TableName of the data stack; without it, the local stack that is running')
  .option('--by <name>', 'who asks; kept with the run', userInfo().username)

const count = (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1')
  return value
}
const hour = 3_600_000

function open(): ReconcileCommands & { readonly rules: { readonly everyMs: number; readonly againMs: number } } {
  const { runs, organizations } = dynamoStores(place())
  return {
    runs,
    organizations,
    clock: Date.now,
    newId: randomUUID,
    say: (line) => console.log(line),
    wait: (ms) => wait(ms),
    rules: { everyMs: 24 * hour, againMs: hour },
  }
}

function place() {
  const { table: tableName } = program.opts<{ table?: string }>()
  if (tableName !== undefined) return { tableName }
  const running = findRunning(dataFolder())
  if (running === undefined) throw new CannotBeDone('nothing is running here: npm start, or name a deployed --table')
  return { tableName: running.names.table, endpoint: running.services.dynamodb }
}

const by = () => program.opts<{ by: string }>().by

program
  .command('start <organization>')
  .description('begins a run and says how far it is')
  .option('--no-wait', 'do not follow it')
  .action(async (organization: string, { wait: follows }: { wait: boolean }) => {
    const run = await start(open(), organization, { by: by(), wait: follows })
    if (run.state === 'braked' || run.state === 'failed') process.exitCode = 2
  })
program
  .command('status')
  .description('the run of every organization')
  .action(() => status(open()))
program
  .command('release <organization> <run>')
  .description('lets a run go on that would take much away')
  .option('--no-wait', 'do not follow it')
  .action(async (organization: string, run: string, { wait: follows }: { wait: boolean }) => {
    await release(open(), organization, { run, by: by(), wait: follows })
  })
program
  .command('stop <organization> <run>')
  .description('ends a run; what it repaired stays')
  .action((organization: string, run: string) => stop(open(), organization, run))
program
  .command('receipts <organization>')
  .description('what its last runs found')
  .option('--limit <n>', 'so many', count, 10)
  .action((organization: string, { limit }: { limit: number }) => receipts(open(), organization, limit))

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

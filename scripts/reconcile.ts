/**
 * `npm run reconcile -- start|status|release|stop|receipts`: reconciliation by hand, of the local stack that is running, or with
 * `--table` of a deployed stage, with the credentials and the Region of the shell. It writes the run; the function makes its steps.
 */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { type ReconcileCommands, receipts, release, start, status, stop } from './reconcile-commands.ts'
import { openStores, run, stageCommand, wholeNumber } from './stage-command.ts'

const program = stageCommand('reconcile')
  .description('Holds what is stored against the sources of organizations, and says what was found.')
  .option('--by <name>', 'who asks; kept with the run', userInfo().username)

const hour = 3_600_000

function open(): ReconcileCommands & { readonly rules: { readonly everyMs: number; readonly againMs: number } } {
  const { runs, organizations } = openStores(program)
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

const by = () => program.opts<{ by: string }>().by

program
  .command('start <organization>')
  .description('begins a run and says how far it is')
  .option('--no-wait', 'do not follow it')
  .action(async (organization: string, { wait: follows }: { wait: boolean }) => {
    const begun = await start(open(), organization, { by: by(), wait: follows })
    if (begun.state === 'braked' || begun.state === 'failed') process.exitCode = 2
  })
program
  .command('status')
  .description('the run of every organization')
  .action(() => status(open()))
program
  .command('release <organization> <run>')
  .description('lets a run go on that would take much away')
  .option('--no-wait', 'do not follow it')
  .action(async (organization: string, name: string, { wait: follows }: { wait: boolean }) => {
    await release(open(), organization, { run: name, by: by(), wait: follows })
  })
program
  .command('stop <organization> <run>')
  .description('ends a run; what it repaired stays')
  .action((organization: string, name: string) => stop(open(), organization, name))
program
  .command('receipts <organization>')
  .description('what its last runs found')
  .option('--limit <n>', 'so many', wholeNumber, 10)
  .action((organization: string, { limit }: { limit: number }) => receipts(open(), organization, limit))

await run(program)

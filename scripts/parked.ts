/**
 * `npm run parked -- list|show|replay|drop|dead|redrive`: identity events that could not be applied. Of the local stack that is
 * running, or with `--table`, `--queue` and `--dead-letters` of a deployed stage, with the credentials and the Region of the shell.
 */
import { answers, type Code } from '@rolecast/core/domain/decision/codes'
import { InvalidArgumentError } from 'commander'
import { SqsEventQueues } from './event-queues.ts'
import { dead, drop, list, type ParkedCommands, redrive, replay, replayAll, show } from './parked-commands.ts'
import { CannotBeDone, openStores, run, runningHere, stageCommand, wholeNumber } from './stage-command.ts'

const program = stageCommand('parked')
  .description('Identity events that could not be applied: what they are, why, and what to do about them.')
  .option('--queue <url>', 'output EventQueueUrl of the sync stack')
  .option('--dead-letters <url>', 'output DeadLetterQueueUrl of the sync stack')

function open(): ParkedCommands {
  const { table, queue, deadLetters } = program.opts<{ table?: string; queue?: string; deadLetters?: string }>()
  const say = (line: string) => console.log(line)
  if (table !== undefined) {
    if (queue === undefined || deadLetters === undefined) {
      throw new CannotBeDone('--table goes with --queue and --dead-letters: outputs of the sync stack.')
    }
    return { parked: openStores(program).parked, queues: new SqsEventQueues({ queue, deadLetters }), say }
  }
  const { services, names } = runningHere()
  return {
    parked: openStores(program).parked,
    queues: new SqsEventQueues({
      queue: names.eventQueue,
      deadLetters: names.deadLetterQueue,
      endpoint: services.events,
    }),
    say,
  }
}

const code = (text: string): Code => {
  if (Object.hasOwn(answers, text)) return text as Code
  const known = Object.keys(answers).filter((each) => /^(event|delivery)_/.test(each))
  throw new InvalidArgumentError(`one of ${known.join(', ')}`)
}

program
  .command('list')
  .description('what is parked, the youngest first')
  .option('--limit <n>', 'so many', wholeNumber, 50)
  .option('--code <code>', 'only those with this code', code)
  .action((options: { limit: number; code?: Code }) => list(open(), options))
program
  .command('show <id>')
  .description('one event, why it is parked, and what to do')
  .action((id: string) => show(open(), id))
program
  .command('replay [ids...]')
  .description('puts events back into the queue')
  .option('--code <code>', 'every event with this code', code)
  .action(async (ids: readonly string[], options: { code?: Code }) => {
    if (ids.length > 0 === (options.code !== undefined)) throw new CannotBeDone('Name events, or a --code.')
    if (options.code === undefined) await replay(open(), ids)
    else await replayAll(open(), options.code)
  })
program
  .command('drop <ids...>')
  .description('forgets events')
  .action((ids: readonly string[]) => drop(open(), ids))
program
  .command('dead')
  .description('messages that were given up because their handling broke')
  .action(() => dead(open()))
program
  .command('redrive')
  .description('puts everything that was given up back into the queue')
  .action(() => redrive(open()))

await run(program)

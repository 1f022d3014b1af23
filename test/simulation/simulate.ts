/** `npm run simulate`: the protocol under loss, delay, repetition, crashes and skewed clocks, as many schedules as asked for. */
import { Command, InvalidArgumentError } from 'commander'
import { describePlan } from './describe-plan.ts'
import { promise } from './oracle.ts'
import { plantedBugs } from './planted-bugs.ts'
import { simulate } from './simulation.ts'

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number')
  return value
}

const options = new Command('npm run simulate --')
  .description(
    'Runs random schedules of the real use cases and judges every decision; progress goes to standard error.',
  )
  .option('--schedules <n>', 'how many', whole, 20_000)
  .option('--seed <n>', 'seed of the first; the others follow', whole, 1)
  .option('--workers <n>', 'threads', whole, 2)
  .option('--bug <name>', `with a planted bug: ${plantedBugs.map(({ name }) => name).join(', ')}`)
  .option('--json', 'print one JSON document')
  .parse()
  .opts<{ schedules: number; seed: number; workers: number; bug?: string; json?: true }>()

const bug = plantedBugs.find(({ name }) => name === options.bug)
if (options.bug !== undefined && bug === undefined) {
  console.error(`There is no planted bug "${options.bug}". Bugs: ${plantedBugs.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}
let told = 0
const result = await simulate({
  schedules: options.schedules,
  seed: options.seed,
  workers: options.workers,
  ...(bug === undefined ? {} : { bug }),
  onProgress: (done) => {
    if (done - told < options.schedules / 20) return
    told = done
    console.error(`  ${done} of ${options.schedules} schedules`)
  },
})
const { failures, ...summary } = result
for (const failure of failures) console.error(describePlan(failure))
if (options.json) console.log(JSON.stringify(summary))
else {
  console.log(`${summary.schedules} schedules, ${summary.decisions} decisions`)
  console.log(`wrong decisions ${summary.wrongDecisions}, lost changes ${summary.lostChanges}`)
  console.log(`worst staleness ${summary.worstStalenessMs} ms of ${promise.bound} promised`)
}
process.exitCode = failures.length === 0 ? 0 : 1

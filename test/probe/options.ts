import { longestRoundMs } from '@rolecast/core/application/promise/measure-promise'
import { Command, InvalidArgumentError } from 'commander'
import { synthetic } from '../../infra/local/demo-data.ts'
import type { ProbeOptions } from './run-probe.ts'

/** A token of the product lives for 300 s; one that ends would be refused for another reason than the one that is measured. */
const tokenMs = 290_000

function whole(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`)
  }
}

/** Reads the command line. */
export function readOptions(
  args: readonly string[],
): ProbeOptions & { readonly json: boolean; readonly accounts: number } {
  const given = new Command('npm run probe --')
    .description(
      [
        'Measures on the running local stack (npm start) how long a role that is taken',
        'away in iX Admin still opens an endpoint, and how soon one that is given opens',
        'it again. Progress goes to standard error; it ends with 1 where something took',
        'longer than the limit, or somebody whose role nobody touched was refused.',
        '',
        'revokeToDenyMs  from the answer of iX Admin to the first refusal after the last',
        '                access that was allowed, for each caller',
        'grantToAllowMs  from the answer of iX Admin to the first access that is allowed;',
        '                accesses: the most it took, 1 is the next',
        'allowReads      while nothing changes: requests to the token service other than',
        '                GET /changes (each reads the table once or twice; authorizers',
        '                cannot reach the table), divided by decisions of the authorizer,',
        '                as the runner counts both. Whoever uses the system meanwhile is',
        '                counted, too.',
        'authorizers     instances of the authorizer that decided while roles changed',
      ].join('\n'),
    )
    .option('--json', 'print one JSON document', false)
    .option('--rounds <n>', 'times that each role is taken away', whole(1, 1_000), 6)
    .option('--accounts <n>', 'synthetic accounts at the same time', whole(1, synthetic.length), synthetic.length)
    .option('--callers <n>', 'callers of each account', whole(1, 32), 4)
    .option('--load <rps>', 'accesses per second by somebody whose role stays', whole(0, 500), 40)
    .option('--limit <seconds>', 'a change that has no effect by then is a failure', whole(1, 80), 60)
    .parse([...args], { from: 'user' })
    .opts<{ json: boolean; rounds: number; accounts: number; callers: number; load: number; limit: number }>()
  const options = { ...defaults, ...given, loadPerSecond: given.load, limitMs: given.limit * 1000 }
  if (longestRoundMs(options, 200) > tokenMs) throw new Error('a round would outlive its token')
  return options
}

const defaults = {
  everyMs: 200,
  // A second more than an authorizer goes without reading the change feed.
  deniedForMs: 6_000,
  allowedForMs: 1_000,
  inARow: 8,
  // An authorizer resolves another refusal of an account after two seconds.
  restMs: 3_000,
  staggerMs: 700,
  allowMs: 12_000,
}

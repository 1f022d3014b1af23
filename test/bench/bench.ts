/** `npm run bench`: every figure of the README, as ratios within this run. */
import { cpus } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { buildAll } from '../../scripts/build.ts'
import { type AuthorizerFigures, measureAuthorizer } from './authorizer.ts'
import { bundleBytes, bundles, type ColdStart, coldStarts } from './cold-start.ts'
import { environments } from './environments.ts'
import { formatFigures } from './format.ts'
import { measureReads, type ReadFigures } from './reads.ts'
import { measureReconcile } from './reconcile.ts'
import { measureRefusal, type RefusalFigures } from './refusal.ts'
import { measureStatements, type SyncFigures } from './sync.ts'
import { measureToken, type TokenFigures } from './token.ts'

const parts = ['authorizer', 'refusal', 'token', 'coldStart', 'bundle', 'reads', 'sync'] as const
type Part = (typeof parts)[number]

export interface Figures {
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number }
  authorizer?: AuthorizerFigures
  refusal?: RefusalFigures
  token?: TokenFigures
  coldStart?: Record<string, ColdStart>
  bundle?: Record<string, { readonly bytes: number }>
  reads?: ReadFigures
  sync?: SyncFigures
}

const positive = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1')
  return value
}

const options = new Command('npm run bench --')
  .description('Measures Rolecast and prints ratios within this run; progress goes to standard error.')
  .option('--json', 'print one JSON document')
  .option('--only <part...>', `only these parts: ${parts.join(', ')}`)
  .option('--rounds <n>', 'interleaved rounds', positive, 30)
  .option('--iterations <n>', 'iterations of the floor in a round', positive, 100)
  .option('--starts <n>', 'cold starts of each bundle', positive, 15)
  .option('--accounts <n>', 'accounts that are reconciled', positive, 100_000)
  .option('--no-build', 'measure the bundles that are in dist/')
  .parse()
  .opts<{
    json?: true
    only?: string[]
    rounds: number
    iterations: number
    starts: number
    accounts: number
    build: boolean
  }>()

const unknown = options.only?.filter((part) => !parts.includes(part as Part)) ?? []
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${parts.join(', ')}.`)
  process.exit(2)
}
const wanted = (part: Part) => options.only === undefined || options.only.includes(part)
const note = (text: string) => console.error(`  ${text}`)

if (options.build) {
  note('building')
  await buildAll()
}
// V8 has compiled the whole path after about 10,000 requests; with fewer, compiling would be measured.
const rounds = { rounds: options.rounds, iterations: options.iterations, warmUp: 120 }
const figures: Figures = {
  machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
}
if (wanted('token')) figures.token = await measureToken()
if (wanted('bundle')) {
  figures.bundle = Object.fromEntries([...bundles()].map(([name, file]) => [name, { bytes: bundleBytes(file) }]))
}
if (wanted('reads')) {
  note('counting reads')
  figures.reads = await measureReads()
}
if (wanted('sync')) {
  note('statements into the embedded table')
  const statements = await measureStatements()
  note(`reconciliation of ${options.accounts} accounts`)
  figures.sync = { statements, reconcile: await measureReconcile(options.accounts) }
}
if (wanted('refusal')) {
  note('refusals')
  figures.refusal = await measureRefusal(rounds)
}
if (wanted('authorizer')) figures.authorizer = await measureAuthorizer(rounds, note)
if (wanted('coldStart')) {
  note(`cold starts: ${options.starts} of each bundle`)
  const progress = (round: number) => process.stderr.write(`\r  start ${round} of ${options.starts} `)
  const known = environments()
  const ours = new Map([...bundles()].filter(([name]) => name in known))
  figures.coldStart = Object.fromEntries(coldStarts(ours, known, options.starts, progress))
  process.stderr.write('\n')
}
console.log(options.json ? JSON.stringify(figures, null, 2) : formatFigures(figures))
process.exit(0)

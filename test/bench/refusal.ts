import { generateKeyPairSync } from 'node:crypto'
import { ownClaims } from './authorizer.ts'
import { eventOf, loadAuthorizer } from './deployed-authorizer.ts'
import { type Contender, measure, type Rounds } from './measure.ts'
import { makeModel } from './model.ts'
import { bareVerify, makeSetting, signMany } from './setting.ts'

export interface RefusalFigures {
  readonly expired: number
  readonly unknownKey: number
  readonly forged: number
}

/** What it costs to refuse: ratios to the same floor. Every token is new. */
export async function measureRefusal(rounds: Rounds): Promise<RefusalFigures> {
  const setting = makeSetting()
  const model = makeModel(500)
  const claims = ownClaims(model)
  const count = (rounds.rounds + rounds.warmUp) * rounds.iterations
  const handler = await loadAuthorizer(model, setting, 'authorizer-refusal')
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const valid = await signMany(setting, count, { claims })
  const past = Math.floor(Date.now() / 1000) - 60
  const kinds = {
    expired: await signMany(setting, count, { claims, expiresAt: past }),
    unknownKey: await signMany(setting, count, { claims, kid: 'another', key: other }),
    forged: await signMany(setting, count, { claims, key: other }),
  }
  const contender = (name: string, tokens: readonly string[]): Contender => {
    let events: ReturnType<typeof eventOf>[] = []
    return {
      name,
      prepare: (from, iterations) => {
        events = tokens.slice(from, from + iterations).map((token) => eventOf(token, model.wanted))
      },
      run: async () => {
        for (const event of events) if ((await handler(event)).isAuthorized) throw new Error(`${name} was allowed`)
      },
    }
  }
  const contenders = Object.entries(kinds).map(([name, tokens]) => contender(name, tokens))
  const measured = await withoutLog(() => measure(bareVerify(setting, valid), contenders, rounds))
  const of = (name: string) => measured.get(name)?.ratio ?? Number.NaN
  return { expired: of('expired'), unknownKey: of('unknownKey'), forged: of('forged') }
}

/** The function logs what it refuses. Where that goes to is the runtime's; here it goes nowhere. */
async function withoutLog<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout
  process.stdout.write = () => true
  try {
    return await work()
  } finally {
    process.stdout.write = write
  }
}

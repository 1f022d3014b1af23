import { writeGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import { eventOf, type Handler, loadAuthorizer } from './deployed-authorizer.ts'
import { type Contender, type Measured, measure, type Rounds } from './measure.ts'
import { type Model, makeModel } from './model.ts'
import { awsJwtVerify } from './peers/aws-jwt-verify.ts'
import { casbin } from './peers/casbin.ts'
import { cedar } from './peers/cedar.ts'
import { fastJwt } from './peers/fast-jwt.ts'
import { casl, jose, middyJose } from './peers/jose.ts'
import type { MakePeer } from './peers/peer.ts'
import { bareVerify, makeSetting, type Setting, sign, signMany } from './setting.ts'

/** The libraries, put to the same job on the same model, and how much slower than the floor to expect them. */
const peers: Readonly<Record<string, { readonly make: MakePeer; readonly slower: number }>> = {
  'fast-jwt': { make: fastJwt(false), slower: 1 },
  'fast-jwt with cache': { make: fastJwt(true), slower: 1 },
  'aws-jwt-verify + scopes': { make: awsJwtVerify, slower: 1 },
  'jose + permissions array': { make: jose, slower: 2 },
  'middy + jose': { make: middyJose, slower: 2 },
  'CASL + jose': { make: casl, slower: 2 },
  'cedar-wasm + jose': { make: cedar, slower: 5 },
  'casbin + jose': { make: casbin, slower: 20 },
}

/** The claims of one of our tokens for the model, as the token function mints them. */
export function ownClaims(model: Model): Record<string, unknown> {
  const grant = { application: 'bench', epoch: 1, kind: 'roles', permissions: model.numbers, gates: [] } as const
  const size = model.permissions.length
  return {
    org: 'acme',
    chg: 'n8Zq2LwS0aVt5-Yx',
    rev: [7, 3],
    cfm: Math.floor(Date.now() / 1000),
    ...writeGrantClaims(grant, size),
  }
}

function own(name: string, handler: Handler, permission: string, tokens: readonly string[]): Contender {
  let events: ReturnType<typeof eventOf>[] = []
  return {
    name,
    prepare: (from, iterations) => {
      events = Array.from({ length: iterations }, (_, index) => eventOf(at(tokens, from + index), permission))
    },
    run: async () => {
      for (const event of events) {
        if (!(await handler(event)).isAuthorized) throw new Error(`${name} was refused`)
      }
    },
  }
}

async function peer(
  name: string,
  { make, slower }: { make: MakePeer; slower: number },
  { setting, model, count }: { setting: Setting; model: Model; count: number },
): Promise<Contender> {
  const made = await make({ ...setting, model, sign: (claims) => sign(setting, { claims }) })
  const tokens = await signMany(setting, count, { claims: made.claims })
  let fresh: string[] = []
  if (await made.authorize(at(tokens, 0), model.missing)) throw new Error(`${name} allows what is not granted`)
  return {
    name,
    slower: count === 1 ? 1 : slower,
    prepare: (from, iterations) => {
      fresh = Array.from({ length: iterations }, (_, index) => JSON.parse(JSON.stringify(at(tokens, from + index))))
    },
    run: async () => {
      for (const token of fresh) {
        if (!(await made.authorize(token, model.wanted))) throw new Error(`${name} was refused`)
      }
    },
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('nothing to measure')
  return item
}

export interface AuthorizerFigures {
  readonly newTokenRatio: number
  readonly repeatedTokenRatio: number
  readonly largeToSmallRatio: number
  readonly spread: Readonly<Record<string, Measured>>
  readonly peers: Readonly<Record<string, { readonly newTokenRatio: number; readonly repeatedTokenRatio: number }>>
}

/** Event to answer on a token never seen before and on one seen before, ours and every peer's, over a bare verify. */
export async function measureAuthorizer(rounds: Rounds, note: (text: string) => void): Promise<AuthorizerFigures> {
  const setting = makeSetting()
  const model = makeModel(500)
  const small = makeModel(40)
  const count = (rounds.rounds + rounds.warmUp) * rounds.iterations
  note(`signing ${count} tokens for each of ${Object.keys(peers).length + 2} contenders`)
  const tokens = await signMany(setting, count, { claims: ownClaims(model) })
  const smallTokens = await signMany(setting, count, { claims: ownClaims(small) })
  const handler = await loadAuthorizer(model, setting, 'authorizer-500')
  const smallHandler = await loadAuthorizer(small, setting, 'authorizer-40')
  const floor = bareVerify(setting, tokens)

  note('new tokens')
  const first = await Promise.all(
    Object.entries(peers).map(([name, one]) => peer(name, one, { setting, model, count })),
  )
  const fresh = await measure(
    floor,
    [
      own('rolecast', handler, model.wanted, tokens),
      own('rolecast 40', smallHandler, small.wanted, smallTokens),
      ...first,
    ],
    rounds,
  )

  note('repeated tokens')
  const again = await Promise.all(
    Object.entries(peers).map(([name, one]) => peer(name, one, { setting, model, count: 1 })),
  )
  const hot = own('rolecast', handler, model.wanted, tokens.slice(0, 1))
  const repeated = await measure(
    floor,
    [hot, ...again.map((one) => ({ ...one, slower: peers[one.name]?.slower ?? 1 }))],
    rounds,
  )

  const of = (from: ReadonlyMap<string, Measured>, name: string) => from.get(name)?.ratio ?? Number.NaN
  return {
    newTokenRatio: of(fresh, 'rolecast'),
    repeatedTokenRatio: of(repeated, 'rolecast'),
    largeToSmallRatio: of(fresh, 'rolecast') / of(fresh, 'rolecast 40'),
    spread: { ...pick(fresh, 'rolecast', 'newToken'), ...pick(repeated, 'rolecast', 'repeatedToken') },
    peers: Object.fromEntries(
      Object.keys(peers).map((name) => [
        name,
        { newTokenRatio: of(fresh, name), repeatedTokenRatio: of(repeated, name) },
      ]),
    ),
  }
}

function pick(from: ReadonlyMap<string, Measured>, name: string, as: string): Record<string, Measured> {
  const found = from.get(name)
  return found === undefined ? {} : { [as]: found }
}

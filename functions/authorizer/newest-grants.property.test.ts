import { fc, it } from '@fast-check/vitest'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { expect } from 'vitest'
import { flows, httpEvent, setUp, start } from '../../test/support/authorizer.ts'
import { grantClaims } from '../../test/support/tokens.ts'

/** What is true of an account from some moment on; with `code` it is refused. */
interface Truth {
  readonly version: number
  readonly grants: readonly string[]
  readonly code: 'inactive' | 'unknown_account' | undefined
}

/** What was true when the token service looked (epoch seconds, with fractions). */
interface Look {
  readonly at: number
  readonly truth: Truth
}

interface Exchange {
  readonly askedAt: number
  readonly answer: (answer: Outcome<string>) => void
  look?: Look
}

const step = fc.record({
  kind: fc.constantFrom('truth', 'look', 'look', 'answer', 'answer', 'mint', 'call', 'call', 'confirm'),
  afterMs: fc.constantFrom(0, 0, 100, 200, 300, 500, 1200),
  which: fc.nat({ max: 3 }),
  grants: fc.subarray(['flows.list', 'flows.publish']),
  code: fc.constantFrom(undefined, undefined, 'inactive' as const, 'unknown_account' as const),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The authorizer gives an exchange up after this (seconds). */
const deadline = 3
const settled = () => new Promise((resolve) => setImmediate(resolve))
const lists = ({ truth }: Look) => truth.code === undefined && truth.grants.includes('flows.list')
const youngest = (looks: readonly Look[]) => looks.reduce((best, look) => (look.at >= best.at ? look : best))

/**
 * One account; exchanges are looked up and answered in any order while roles change. Yields every allowed `GET /flows` with
 * what had arrived by then: answers of the token service, and tokens that had been presented.
 */
async function* allowed(steps: readonly Step[]): AsyncGenerator<readonly Look[]> {
  const { authorize, service, time } = setUp()
  let truth: Truth = { version: 1, grants: ['flows.list', 'flows.publish'], code: undefined }
  let open: Exchange[] = []
  const arrived: Look[] = []
  const mint = ({ at, truth: { version, grants } }: Look) =>
    service.mint('ann', { rev: [version, 1], cfm: Math.floor(at), exp: start + 900, ...grantClaims(flows, grants) })
  const look = (): Look => ({ at: time.at, truth })
  const tokens = [{ look: look(), token: await mint(look()) }]
  service.exchange = () => new Promise((answer) => open.push({ askedAt: time.at, answer }))

  for (const { kind, afterMs, which, grants, code } of steps) {
    time.at += afterMs / 1000
    for (const late of open.filter(({ askedAt }) => time.at - askedAt > deadline)) {
      late.answer(refuse('token_service_unavailable'))
    }
    open = open.filter(({ askedAt }) => time.at - askedAt <= deadline)
    if (kind === 'truth') truth = { version: truth.version + 1, grants, code }
    if (kind === 'mint' && truth.code === undefined) tokens.push({ look: look(), token: await mint(look()) })
    const exchange = open[which % open.length]
    if (kind === 'look' && exchange !== undefined) exchange.look ??= look()
    if (kind === 'answer' && exchange?.look !== undefined) {
      open = open.filter((other) => other !== exchange)
      const { code: refused } = exchange.look.truth
      exchange.answer(refused === undefined ? accept(await mint(exchange.look)) : refuse(refused))
      arrived.push(exchange.look)
    }
    const presented = tokens[which % tokens.length]
    if ((kind === 'call' || kind === 'confirm') && presented !== undefined) {
      let answer: { readonly isAuthorized?: boolean } = {}
      const event = httpEvent(presented.token, kind === 'call' ? 'GET /flows' : 'POST /flows/{flowId}/publish')
      void authorize(event).then((given) => {
        answer = given as typeof answer
      })
      arrived.push(presented.look)
      await settled()
      if (kind === 'call' && answer.isAuthorized === true) yield [...arrived]
    }
    await settled()
  }
}

it.prop([fc.array(step, { minLength: 60, maxLength: 100 })], { numRuns: 300 })(
  'nothing is allowed that the youngest knowledge that has arrived does not allow, however late answers come',
  async (steps) => {
    for await (const arrived of allowed(steps)) {
      // Tokens say when the assignment was confirmed in whole seconds: within one, either may count as the younger.
      const permitting = youngest(arrived.filter(lists))
      expect(Math.floor(permitting.at)).toBeGreaterThanOrEqual(Math.floor(youngest(arrived).at))
    }
  },
)

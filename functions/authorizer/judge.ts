import type { Code } from '@rolecast/core/domain/decision/codes'
import { type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { type DecisionIndex, decideOnRoute, type IndexedRoute } from '@rolecast/core/domain/grant/decide'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import type { TokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import type { HttpAnswer } from './authorize.ts'
import type { AuthorizerConfig } from './config.ts'
import type { Asking } from './later/ask.ts'
import type { RestAnswer } from './later/rest.ts'
import { type AccountKnowledge, judgedBy, note, rememberAccounts } from './newest-grants.ts'

export interface JudgeDependencies {
  readonly index: DecisionIndex
  readonly verifier: Pick<TokenVerifier<HeldGrant>, 'verify' | 'verifySync'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly config: Pick<AuthorizerConfig, 'mode' | 'resultCacheSeconds'>
  /** What asks the token service; loaded when first needed. */
  readonly asking: () => Promise<Asking>
}

/**
 * What becomes of a request. With a grant the token is accepted, and `refusal` says whether this route is not; without
 * one the token itself is refused.
 */
export interface Judgement {
  readonly held?: HeldGrant
  readonly refusal?: Refusal
  /** The answers gateways got for it, kept as long as it is. */
  http?: HttpAnswer
  rest?: { readonly arn: string; readonly answer: RestAnswer }
}

/** A verified token and what it comes to with what is known of its account. */
interface Seen {
  readonly known: AccountKnowledge
  readonly version: number
  readonly judged: Outcome<HeldGrant>
  /** Of the first route asked for, and of the others once there are any: most tokens are new, and new ones ask once. */
  readonly route: IndexedRoute | undefined
  readonly judgement: Judgement
  others?: Map<IndexedRoute | undefined, Judgement>
}

/** What a token came to is kept with its grant, for as long as the verifier remembers that. */
interface SeenGrant extends HeldGrant {
  seen?: Seen
}

/** Fetching keys or a grant document may settle these. */
const maySettle: readonly Code[] = ['unknown_key', 'unresolved_reference']

export type Judge = (token: string, route: IndexedRoute | undefined) => Judgement | Promise<Judgement>

/**
 * Judges a token on a route. Allowing needs no I/O, and then nothing is waited for; `strong` routes, denies (once more,
 * now and then), unknown keys and, in transparent mode, new sign-ins ask the token service.
 */
export function createJudge({ index, verifier, clock, config, asking }: JudgeDependencies): Judge {
  const { resultCacheSeconds } = config
  const accountOf = rememberAccounts()
  let asked: Promise<Asking> | undefined
  let ready: Asking | undefined

  function ask(): Promise<Asking> {
    asked ??= asking().then((loaded) => {
      ready = loaded
      return loaded
    })
    return asked
  }

  function judge(token: string, route: IndexedRoute | undefined): Judgement | Promise<Judgement> {
    if (config.mode === 'transparent') return judgePresented(token, route)
    const outcome = verifier.verifySync(token)
    return outcome.ok || !maySettle.includes(outcome.refusal.code)
      ? judgeOutcome(token, outcome, route)
      : verifier.verify(token).then((settled) => judgeOutcome(token, settled, route))
  }

  /** Transparent mode: the token may be a provider's. */
  function judgePresented(token: string, route: IndexedRoute | undefined): Judgement | Promise<Judgement> {
    const outcome = ready?.signIns.grantOf(token) ?? ask().then(({ signIns }) => signIns.grantOf(token))
    return outcome instanceof Promise
      ? outcome.then((settled) => judgeOutcome(token, settled, route))
      : judgeOutcome(token, outcome, route)
  }

  function judgeOutcome(token: string, outcome: Outcome<HeldGrant>, route: IndexedRoute | undefined) {
    if (!outcome.ok) return outcome
    const held = outcome.value
    if (resultCacheSeconds > 0 && held.holder.expiresAt <= Math.floor(clock() / 1000) + resultCacheSeconds) {
      return refuse('expired')
    }
    const seen = seenOf(held, route)
    if (route?.strong === true) {
      return ask().then(async ({ confirm }) => decide(await confirm(token, held, seen.known), route))
    }
    const judgement = judgementOf(seen, route)
    if (judgement.refusal === undefined) return judgement
    return ask().then(async ({ resolveOnce }) => {
      const again = await resolveOnce({ token, held, known: seen.known, refusal: judgement.refusal })
      if (again === undefined) return judgement
      return again.ok ? judgementOf(seenOf(held, route), route) : again
    })
  }

  function seenOf(held: SeenGrant, route: IndexedRoute | undefined): Seen {
    const { seen } = held
    if (seen !== undefined && seen.version === seen.known.version) return seen
    const known = accountOf(held)
    note(known, held)
    const judged = judgedBy(known, held)
    held.seen = { known, version: known.version, judged, route, judgement: decide(judged, route) }
    return held.seen
  }

  function judgementOf(seen: Seen, route: IndexedRoute | undefined): Judgement {
    if (route === seen.route) return seen.judgement
    seen.others ??= new Map()
    const made = seen.others.get(route)
    if (made !== undefined) return made
    const judgement = decide(seen.judged, route)
    seen.others.set(route, judgement)
    return judgement
  }

  function decide(judged: Outcome<HeldGrant>, route: IndexedRoute | undefined): Judgement {
    if (!judged.ok) return judged
    const held = judged.value
    if (route === undefined) return { held, refusal: { code: 'no_such_route' } }
    const decision = decideOnRoute(index, held.grant, route)
    return decision.allowed ? { held } : { held, refusal: decision.refusal }
  }

  return judge
}

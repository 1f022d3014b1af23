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
  readonly config: Pick<AuthorizerConfig, 'mode' | 'resultCacheSeconds' | 'freshnessMs'>
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
  /** The version of the change feed it was compared with. */
  readonly cutoffs: number
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
 * now and then), tokens from before a removal, unknown keys and, in transparent mode, new sign-ins ask the token service. A copy of
 * the change feed that is older than the bound is read on first, unless the token is younger than that.
 */
export function createJudge({ index, verifier, clock, config, asking }: JudgeDependencies): Judge {
  const { resultCacheSeconds, freshnessMs } = config
  const [pollMs = 0, boundMs = 0] = freshnessMs
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
    const outcome = grantOf(token)
    return outcome instanceof Promise
      ? outcome.then((settled) => judgeOutcome(token, settled, route))
      : judgeOutcome(token, outcome, route)
  }

  function grantOf(token: string): Outcome<HeldGrant> | Promise<Outcome<HeldGrant>> {
    // The token may be a provider's.
    if (config.mode === 'transparent') {
      return ready?.signIns.grantOf(token) ?? ask().then(({ signIns }) => signIns.grantOf(token))
    }
    const outcome = verifier.verifySync(token)
    return outcome.ok || !maySettle.includes(outcome.refusal.code) ? outcome : verifier.verify(token)
  }

  function judgeOutcome(token: string, outcome: Outcome<HeldGrant>, route: IndexedRoute | undefined) {
    if (!outcome.ok) return outcome
    const held = outcome.value
    const now = clock()
    if (resultCacheSeconds > 0 && held.holder.expiresAt <= Math.floor(now / 1000) + resultCacheSeconds) {
      return refuse('expired')
    }
    const settled = settle(held, route, now)
    return settled instanceof Promise
      ? settled.then((refusal) => judgeHeld(token, held, route, refusal))
      : judgeHeld(token, held, route, settled)
  }

  /** What the change feed says of a token's age; with a copy that is young enough, or for a young token, without waiting. */
  function settle(held: HeldGrant, route: IndexedRoute | undefined, now: number) {
    // What is from the future says nothing: a clock was set back, or is behind.
    if (ready !== undefined) {
      const age = now - ready.feed.asOf
      return age < 0 || age > pollMs ? ready.settle(held, route) : undefined
    }
    const settling = ask().then((loaded) => loaded.settle(held, route))
    const age = now - held.holder.issuedAt * 1000
    return age < 0 || age > boundMs ? settling : undefined
  }

  function judgeHeld(token: string, held: SeenGrant, route: IndexedRoute | undefined, refusal: Refusal | undefined) {
    if (refusal !== undefined) return { refusal }
    const seen = seenOf(held, route)
    const judgement = judgementOf(seen, route)
    if (judgement.refusal === undefined && route?.strong !== true) return judgement
    const again = () => judgementOf(seenOf(held, route), route)
    return ask().then((loaded) =>
      loaded.judgeFurther({ token, held, known: seen.known, route, judgement, again, decide }),
    )
  }

  function seenOf(held: SeenGrant, route: IndexedRoute | undefined): Seen {
    const { seen } = held
    const cutoffs = ready?.feed.version ?? 0
    if (seen !== undefined && seen.version === seen.known.version && seen.cutoffs === cutoffs) return seen
    const known = accountOf(held)
    note(known, held)
    const best = judgedBy(known, held)
    const judged = ready?.unlessStale(best, known) ?? best
    held.seen = { known, version: known.version, cutoffs, judged, route, judgement: decide(judged, route) }
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

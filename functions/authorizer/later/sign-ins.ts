import { longestSignIn } from '@rolecast/core/domain/claims/longest-sign-in'
import { type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import type { AskingDependencies } from './ask.ts'
import { unanswered } from './refusals.ts'

/** What a provider's token was exchanged for, or why it was not. `until` is epoch milliseconds. */
interface Exchanged {
  readonly until: number
  readonly token: string
}
interface Refused {
  readonly until: number
  readonly refusal: Refusal
}

/** So many sign-ins are remembered, and so many refusals: tokens that anybody may make up push no sign-in out. */
const mostSignIns = 2000
const mostRefusals = 200

/**
 * Transparent mode: a provider's token is exchanged at the token service, which verifies it, and what comes back is
 * remembered for as long as both live. Here nothing is believed of it but what makes asking pointless.
 */
export class SignIns {
  readonly #dependencies: Omit<AskingDependencies, 'nextSignIn'>
  readonly #exchanged = new Map<string, Exchanged>()
  readonly #refused = new Map<string, Refused>()
  readonly #exchanging = new Map<string, Promise<Outcome<HeldGrant>>>()

  constructor(dependencies: Omit<AskingDependencies, 'nextSignIn'>) {
    this.#dependencies = dependencies
  }

  /** The grant behind a provider's token; a token of our own needs no exchange. */
  grantOf(token: string): Outcome<HeldGrant> | Promise<Outcome<HeldGrant>> {
    const { clock, verifier, config } = this.#dependencies
    const now = clock()
    const exchanged = this.#exchanged.get(token)
    if (exchanged !== undefined && now < exchanged.until) {
      const outcome = verifier.verifySync(exchanged.token)
      if (outcome.ok) return outcome
    }
    const refused = this.#refused.get(token)
    if (refused !== undefined && now < refused.until) return { ok: false, refusal: refused.refusal }
    if (token.length > longestSignIn) return refuse('token_too_large', { longest: longestSignIn })
    const claims = peek(token)
    if (claims === undefined) return refuse('malformed_token', { part: 'compact' })
    const { iss, sub, exp } = claims
    if (iss === config.issuer) return verifier.verify(token)
    if (typeof iss !== 'string' || !config.providers.includes(iss)) {
      return refuse('wrong_issuer', { expected: config.issuer })
    }
    if (typeof exp !== 'number') return refuse('malformed_claim', { claim: 'exp', reason: 'type' })
    return exp * 1000 <= now ? refuse('expired', { expiredAt: exp }) : this.#exchange(token, sub)
  }

  #exchange(token: string, account: unknown): Promise<Outcome<HeldGrant>> {
    const waiting = this.#exchanging.get(token)
    if (waiting !== undefined) return waiting
    const exchanging = this.#askAndVerify(token, account).finally(() => this.#exchanging.delete(token))
    this.#exchanging.set(token, exchanging)
    return exchanging
  }

  /** What comes back for somebody else than `account`, the `sub` that was handed over, is no answer. */
  async #askAndVerify(token: string, account: unknown): Promise<Outcome<HeldGrant>> {
    const { clock, verifier, config, tokenService } = this.#dependencies
    const answer = await tokenService.exchange(token)
    const verified = answer.ok ? await verifier.verify(answer.value) : answer
    const forAnother = verified.ok && verified.value.holder.account !== account
    const outcome = forAnother ? refuse('token_service_unavailable') : verified
    if (answer.ok && outcome.ok) {
      const until = (outcome.value.holder.expiresAt - config.resultCacheSeconds) * 1000
      remember(this.#exchanged, token, { until, token: answer.value }, mostSignIns)
    } else if (!outcome.ok && !unanswered.has(outcome.refusal.code)) {
      const until = clock() + config.denyResolveSeconds * 1000
      remember(this.#refused, token, { until, refusal: outcome.refusal }, mostRefusals)
    }
    return outcome
  }
}

/** As the youngest; when there are `most`, the oldest is forgotten. */
function remember<T>(map: Map<string, T>, token: string, value: T, most: number): void {
  map.delete(token)
  const [oldest] = map.keys()
  if (map.size >= most && oldest !== undefined) map.delete(oldest)
  map.set(token, value)
}

/** The claims of a token, unverified. */
function peek(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload, signature, more] = token.split('.', 4)
  if (payload === undefined || signature === undefined || more !== undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

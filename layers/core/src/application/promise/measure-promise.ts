import type { Clock } from '../ports.ts'
import { figuresOf, type PromiseFigures } from './figures.ts'
import type { AccessProduct, SyntheticAccount } from './ports.ts'
import { type AwaitedChange, type Watched, type WatchTerms, watchCaller } from './watch-caller.ts'

export interface PromiseDependencies {
  readonly accounts: readonly SyntheticAccount[]
  readonly access: AccessProduct
  readonly clock: Clock
  readonly pause: (ms: number) => Promise<void>
  /** True once nobody waits for the figures any more: roles are given back, and nothing is begun. */
  readonly isEnded?: () => boolean
}

export interface PromiseTerms {
  readonly rounds: number
  /** Of each account, at the same time. */
  readonly callers: number
  /** Between an answer and the next access, on average. */
  readonly everyMs: number
  /** A change that has not taken effect by then is a failure. */
  readonly limitMs: number
  /** A refusal counts from where it lasts so long: longer than an authorizer goes without reading the feed. */
  readonly deniedForMs: number
  readonly allowedForMs: number
  /** Accesses in a row, to have met every authorizer. */
  readonly inARow: number
  /** Nobody calls before the role is given back: longer than an authorizer waits before it resolves another refusal. */
  readonly restMs: number
  /** Between the beginnings of two accounts. */
  readonly staggerMs: number
}

/** What did not come out as promised; `caller` where one caller saw it. */
export interface PromiseFailure {
  readonly account: string
  readonly phase: 'sign_in' | 'allow' | 'take' | 'deny' | 'give'
  readonly reason: 'never' | 'error'
  /** The name of the error. */
  readonly error?: string
}

export interface PromiseReport {
  readonly revokeToDenyMs: PromiseFigures
  /** `accesses`: the most that a caller needed after the grant was acknowledged; 1 is the next access. */
  readonly grantToAllowMs: PromiseFigures & { readonly accesses: number }
  readonly failures: readonly PromiseFailure[]
  /** Accesses that were neither allowed nor denied. */
  readonly unanswered: number
}

/** The longest that a round can last, milliseconds, if accesses, changes and sign-ins take no longer than `slowestMs` each. */
export function longestRoundMs(terms: PromiseTerms, slowestMs: number): number {
  const { limitMs, everyMs, inARow, deniedForMs, allowedForMs, restMs } = terms
  const stretchMs = inARow * (1.5 * everyMs + slowestMs)
  const phase = (stableMs: number) => limitMs + Math.max(stableMs, stretchMs) + 3 * everyMs + 2 * slowestMs
  // Three changes, a sign-in, and giving back three times at most.
  return 2 * phase(allowedForMs) + phase(deniedForMs) + restMs + 7 * slowestMs + 2 * everyMs
}

/**
 * Measures how long changes of roles take to have effect at the product. A round: the role is held and every caller is allowed;
 * it is taken away while they go on with the token they have, until each is refused for good; it is given back after a rest,
 * and they go on, with the same token, until each is allowed. Ends by itself; whatever happens, roles are given back.
 */
export async function measurePromise(dependencies: PromiseDependencies, terms: PromiseTerms): Promise<PromiseReport> {
  const found: Found = { denied: [], allowed: [], accesses: 0, unanswered: 0, failures: [] }
  await Promise.all(
    dependencies.accounts.map(async (account, place) => {
      await dependencies.pause(place * terms.staggerMs)
      for (let round = 0; round < terms.rounds && dependencies.isEnded?.() !== true; round++) {
        await new Round(dependencies, terms, account, found).run()
      }
    }),
  )
  return {
    revokeToDenyMs: figuresOf(found.denied),
    grantToAllowMs: { ...figuresOf(found.allowed), accesses: found.accesses },
    failures: found.failures,
    unanswered: found.unanswered,
  }
}

/** Callers in step would each meet the same authorizer time and again; multiples of the golden ratio never come round. */
const unevenStep = (Math.sqrt(5) - 1) / 2

interface Found {
  readonly denied: number[]
  readonly allowed: number[]
  accesses: number
  unanswered: number
  readonly failures: PromiseFailure[]
}

/** One error ends a round; it is reported with the phase it happened in. */
class Round {
  readonly #dependencies: PromiseDependencies
  readonly #terms: PromiseTerms
  readonly #account: SyntheticAccount
  readonly #found: Found
  #phase: PromiseFailure['phase'] = 'give'

  constructor(dependencies: PromiseDependencies, terms: PromiseTerms, account: SyntheticAccount, found: Found) {
    this.#dependencies = dependencies
    this.#terms = terms
    this.#account = account
    this.#found = found
  }

  async run(): Promise<void> {
    let taken = false
    try {
      await this.#account.giveRole()
      this.#phase = 'sign_in'
      const token = await this.#account.signIn()
      this.#phase = 'allow'
      const opened = await this.#watch(token, 'allowed')
      if (this.#failed(opened)) return

      this.#phase = 'take'
      taken = true
      const denied = await this.#watch(token, 'denied', () => this.#account.takeRole())
      this.#phase = 'deny'
      this.#found.denied.push(...timesOf(denied))
      this.#failed(denied)
      await this.#dependencies.pause(this.#terms.restMs)

      this.#phase = 'give'
      await this.#account.giveRole()
      taken = false
      const allowed = await this.#watch(token, 'allowed')
      this.#phase = 'allow'
      this.#found.allowed.push(...timesOf(allowed))
      this.#found.accesses = Math.max(this.#found.accesses, ...accessesOf(allowed))
      this.#failed(allowed)
    } catch (error) {
      this.#fail('error', error)
    } finally {
      if (taken) await this.#giveBack()
    }
  }

  /** All callers at once, while the change is made; without one, it has just been acknowledged. */
  async #watch(
    token: string,
    awaited: WatchTerms['awaited'],
    change?: () => Promise<void>,
  ): Promise<readonly Watched[]> {
    const { clock, pause, access, isEnded } = this.#dependencies
    const { callers, everyMs, limitMs, inARow, deniedForMs, allowedForMs } = this.#terms
    const ms = awaited === 'denied' ? deniedForMs : allowedForMs
    const terms = { awaited, everyMs, limitMs, stable: { accesses: inARow, ms } }
    const awaitedChange: AwaitedChange = change === undefined ? { acknowledgedAt: clock() } : {}
    const stop = (error: unknown) => {
      awaitedChange.ended = true
      throw error
    }
    const watching = Array.from({ length: callers }, (_, place) => {
      let pauses = place / callers
      const unevenly = (pauseMs: number) => {
        pauses += unevenStep
        return pause(pauseMs * (0.5 + (pauses % 1)))
      }
      const call = () => {
        if (isEnded?.() === true) awaitedChange.ended = true
        return access(token)
      }
      return watchCaller({ clock, pause: unevenly, access: call }, awaitedChange, terms).catch(stop)
    })
    const changed = change?.().then(() => {
      awaitedChange.acknowledgedAt = clock()
    }, stop)
    // Nothing may still be under way when the role is given back.
    const [made, ...settled] = await Promise.allSettled([changed, ...watching])
    for (const each of [made, ...settled]) if (each?.status === 'rejected') throw each.reason
    const watched = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    for (const { failed } of watched) this.#found.unanswered += failed
    return watched
  }

  /** True where a caller waited in vain: it is told once for all of them. */
  #failed(watched: readonly Watched[]): boolean {
    const ended = watched.some(({ outcome }) => outcome === 'ended')
    const never = watched.some(({ outcome }) => outcome === 'never')
    if (never) this.#fail('never')
    return ended || never
  }

  async #giveBack(): Promise<void> {
    this.#phase = 'give'
    for (let left = 2; ; left--) {
      try {
        return await this.#account.giveRole()
      } catch (error) {
        if (left === 0) return this.#fail('error', error)
        await this.#dependencies.pause(this.#terms.everyMs)
      }
    }
  }

  #fail(reason: PromiseFailure['reason'], error?: unknown): void {
    const name = error === undefined ? {} : { error: error instanceof Error ? error.name : 'unknown' }
    this.#found.failures.push({ account: this.#account.name, phase: this.#phase, reason, ...name })
  }
}

/** One for each caller: those in vain count with all the time they waited. */
function timesOf(watched: readonly Watched[]): readonly number[] {
  return watched.filter(({ outcome }) => outcome !== 'ended').map(({ ms }) => ms)
}

function accessesOf(watched: readonly Watched[]): readonly number[] {
  return watched.filter(({ outcome }) => outcome !== 'ended').map(({ accesses }) => accesses)
}

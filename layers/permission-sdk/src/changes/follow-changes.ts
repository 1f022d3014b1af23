import type { CutoffSubject } from '@rolecast/core/domain/freshness/cutoffs'
import { ageOf, checkAges, defaultAges, type FreshnessAges } from './ages.ts'
import { KnownCutoffs } from './known-cutoffs.ts'
import { readPage } from './read-page.ts'

/** `GET /changes` of the token service, parsed from JSON. May reject, and may never settle. */
export type FetchChanges = (after: string | undefined) => Promise<unknown>

export interface FollowOptions {
  readonly fetchChanges: FetchChanges
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly ages?: Partial<FreshnessAges>
  /** A read that takes longer is given up (milliseconds, default 3,000). */
  readonly deadlineMs?: number
  /** Called for every key that no longer counts, once. */
  readonly onRemovedKey?: (kid: string) => void
  /** Of so many accounts removals are told apart (default 50,000). */
  readonly capacity?: number
}

/** Of a verified token; without a handle nothing can be said of it. */
export interface FollowedToken extends Omit<CutoffSubject, 'changeHandle'> {
  readonly changeHandle?: string | undefined
}

/**
 * What is known of a token. `fresh`: nothing was taken from it up to the bound, or the feed cannot be read and the age is
 * within the limits. `stale`: resolve it anew. `unknown`: it cannot be told for too long, refuse. `wait`: read the feed first.
 */
export type Freshness = 'fresh' | 'stale' | 'unknown' | 'wait'

const retryMs = 1_000
const patienceMs = 1_000
/** Pages of one read; more are read with the next. */
const mostPages = 1_000

interface Reading {
  readonly startedAt: number
  readonly done: Promise<boolean>
}

/**
 * Follows the change feed: a state machine that moves only when it is asked, because nothing runs between two requests of a
 * frozen function. The clock decides everything; a read that was frozen half-way is given up when the clock says so.
 *
 *     age <= poll --> <= bound: a read in the background --> older: wait for a read
 *                                                              | unreadable
 *                     <= refuse writes: accept  -->  <= refuse all: accept reads  -->  refuse
 */
export class ChangeFollower {
  /** Rises with every cutoff learnt: what was judged before is to be judged again. */
  version = 0
  /** Everything that had shown in the log then is known, epoch milliseconds by this machine's clock. */
  asOf = Number.NEGATIVE_INFINITY
  readonly ages: FreshnessAges
  readonly #options: FollowOptions
  readonly #known: KnownCutoffs
  readonly #removedKeys = new Set<string>()
  #cursor: string | undefined
  /** Of the pages of a round so far, the oldest. */
  #roundAsOf = Number.POSITIVE_INFINITY
  #reading: Reading | undefined
  #failedAt = Number.NEGATIVE_INFINITY

  /** @throws {RangeError} unless the ages ascend. */
  constructor(options: FollowOptions) {
    this.#options = options
    this.ages = checkAges({ ...defaultAges, ...options.ages })
    this.#known = new KnownCutoffs(options.capacity ?? 50_000)
  }

  /**
   * Judges a verified token by the copy at hand, and starts a read when one is due. `mayWrite`: of the request. After
   * waiting, ask with `waited`: then there is an answer, whatever the read came to.
   */
  judge(
    token: FollowedToken,
    { mayWrite, waited = false }: { readonly mayWrite: boolean; readonly waited?: boolean },
  ): Freshness {
    const now = this.#options.clock()
    const { boundMs, refuseWritesAfterMs, refuseAllAfterMs } = this.ages
    const keepsUp = this.keepsUp(now)
    const stale = this.isStale(token)
    const verdict = stale ? 'stale' : 'fresh'
    // What a stale token is then judged by was learnt from another one: only the copy says how much is known of that.
    if (keepsUp) return verdict
    const age = ageOf(stale ? Number.NEGATIVE_INFINITY : token.issuedAt * 1000, this.asOf, now)
    if (age <= boundMs) return verdict
    if (!waited && this.#reading !== undefined) return 'wait'
    return age <= (mayWrite ? refuseWritesAfterMs : refuseAllAfterMs) ? verdict : 'unknown'
  }

  /**
   * Whether the copy is within the bound: then of `judge` nothing is left but to compare, which `isStale` does and `version`
   * saves. Starts a read in the background when one is due.
   */
  keepsUp(now: number): boolean {
    const age = now - this.asOf
    if (!(age >= 0 && age <= this.ages.pollMs)) void this.read()
    return age >= 0 && age <= this.ages.boundMs
  }

  /**
   * Whether a cutoff is known that the token is below. `justIssued`: it was asked for when the cutoffs were known, so it was
   * confirmed and issued after them, whatever the clocks that say when.
   */
  isStale({ changeHandle, revision, confirmedAt, issuedAt }: FollowedToken, justIssued = false): boolean {
    if (changeHandle === undefined) return true
    const times = justIssued
      ? { confirmedAt: Number.POSITIVE_INFINITY, issuedAt: Number.POSITIVE_INFINITY }
      : { confirmedAt, issuedAt }
    return !this.#known.isAbove({ changeHandle, revision, ...times })
  }

  /**
   * Reads on, once for all who ask; true when the copy is up to date. Settles within the deadline of a clock that runs; after a
   * failure not before a second has passed, until then false. Never rejects.
   */
  read(): Promise<boolean> {
    const { clock, deadlineMs = 3_000 } = this.#options
    const now = clock()
    const running = this.#reading
    if (running !== undefined && now >= running.startedAt && now - running.startedAt < deadlineMs) return running.done
    if (Math.abs(now - this.#failedAt) < retryMs) return Promise.resolve(false)
    const isCurrent = () => this.#reading === reading
    const done = within(deadlineMs, this.#readOn(isCurrent)).then((succeeded) => {
      if (!isCurrent()) return false
      this.#reading = undefined
      this.#failedAt = succeeded ? Number.NEGATIVE_INFINITY : clock()
      return succeeded
    })
    const reading: Reading = { startedAt: now, done }
    this.#reading = reading
    return done
  }

  /** Waits for a read, but not longer than a request can afford. Never rejects. */
  async catchUp(): Promise<void> {
    await within(patienceMs, this.read())
  }

  async #readOn(isCurrent: () => boolean): Promise<boolean> {
    const { fetchChanges, clock } = this.#options
    try {
      for (let page = 0; page < mostPages; page++) {
        const askedAt = clock()
        const answer = readPage(await fetchChanges(this.#cursor))
        if (!isCurrent()) return false
        this.#learn(answer.cutoffs, answer.keys)
        this.#cursor = answer.cursor
        this.#roundAsOf = Math.min(this.#roundAsOf, askedAt - answer.ageMs)
        if (answer.more) continue
        this.asOf = this.#roundAsOf
        this.#roundAsOf = Number.POSITIVE_INFINITY
        return true
      }
      return false
    } catch {
      return false
    }
  }

  #learn(cutoffs: Parameters<KnownCutoffs['learn']>[0], keys: readonly string[]): void {
    if (this.#known.learn(cutoffs, this.#options.clock())) this.version++
    for (const kid of keys) {
      if (this.#removedKeys.has(kid)) continue
      this.#removedKeys.add(kid)
      this.#options.onRemovedKey?.(kid)
    }
  }
}

/** A promise that is given up after so many milliseconds. */
async function within(ms: number, done: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
    timer.unref()
  })
  return Promise.race([done, late]).finally(() => clearTimeout(timer))
}

import type { PullFailure } from '../../../application/ports.ts'
import { type Answer, attempt, type Failure } from './attempt.ts'
import type { Authorization } from './authorization.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { Countdown } from './countdown.ts'
import type { Surroundings } from './surroundings.ts'

const MAX_ATTEMPTS = 4
const BACKOFF_BASE_MS = 50
const MAX_BACKOFF_MS = 1_000
/** Longer than this no `Retry-After` is believed: a mistake there must not keep us away for a day. */
const MAX_PAUSE_MS = 5 * 60 * 1000
/** Reads that fail in a row; a read of several requests fails several times. */
const FAILED_READS = 5
const COOL_DOWN = { coolDownMs: 5_000, maxCoolDownMs: 60_000 }

export interface SourceRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
}

/** Sends one request; every end of it has a name. */
export type Get = (request: SourceRequest) => Promise<Answer | PullFailure>

/**
 * Authorized GET requests to one identity admin within a deadline. It covers everything: access token, waiting, retries, body.
 * Retried is only what may pass (network, 5xx, 429), after a wait with full jitter or the server's `Retry-After`, and only if the
 * wait ends before the deadline. A 401 gets one new credential, where there is one. Everything goes through one circuit breaker.
 */
export class Source {
  readonly #surroundings: Surroundings
  readonly #authorization: Authorization
  readonly #breaker: CircuitBreaker
  #pause = new Countdown(0, 0)

  /** `requestsPerRead`: how many requests a read of one account takes, roughly. */
  constructor(authorization: Authorization, surroundings: Surroundings, requestsPerRead = 1) {
    this.#surroundings = surroundings
    this.#authorization = authorization
    this.#breaker = new CircuitBreaker({ failures: FAILED_READS * requestsPerRead, ...COOL_DOWN }, surroundings.clock)
  }

  /** One request. `deadlineMs` counts from the call. */
  get(deadlineMs: number, request: SourceRequest): Promise<Answer | PullFailure> {
    return this.within(deadlineMs, (get) => get(request))
  }

  /**
   * Several requests, one after another or at once, that share one deadline; whatever is under way when `read` has ended is
   * given up. `deadlineMs` counts from the call.
   */
  async within<T>(deadlineMs: number, read: (get: Get) => Promise<T>): Promise<T | PullFailure> {
    if (!(deadlineMs > 0)) return { outcome: 'timeout' }
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), deadlineMs)
    const deadlineAt = this.#surroundings.clock() + deadlineMs
    try {
      return await read((request) => this.#send(request, deadline.signal, deadlineAt))
    } finally {
      clearTimeout(timer)
      deadline.abort()
    }
  }

  async #send(request: SourceRequest, signal: AbortSignal, deadlineAt: number): Promise<Answer | PullFailure> {
    const { clock, wait } = this.#surroundings
    let last: PullFailure | undefined
    for (let attempts = 1; ; attempts++) {
      const pauseMs = this.#pause.left(clock())
      if (pauseMs > 0) {
        if (clock() + pauseMs >= deadlineAt) {
          return last ?? { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: pauseMs }
        }
        await wait(pauseMs + this.#jitter(BACKOFF_BASE_MS), signal)
      }
      if (signal.aborted) return { outcome: 'timeout' }

      const result = await this.#guarded(request, signal)
      if (result.end === 'answer') return result
      const { failure, again } = result
      const waitMs = this.#jitter(Math.min(BACKOFF_BASE_MS * 2 ** attempts, MAX_BACKOFF_MS))
      if (!again || attempts === MAX_ATTEMPTS || clock() + waitMs >= deadlineAt) return failure
      last = failure
      // With a Retry-After, the pause at the top of the next round is the wait.
      if (this.#pause.left(clock()) === 0) await wait(waitMs, signal)
    }
  }

  async #guarded(request: SourceRequest, signal: AbortSignal): Promise<Answer | Failure> {
    const permit = this.#breaker.enter()
    if ('openForMs' in permit) {
      const failure = { outcome: 'unavailable', cause: 'circuit_open', retryAfterMs: permit.openForMs } as const
      return { end: 'failure', failure, again: false }
    }
    let trouble = true
    try {
      const result = await this.#authorized(request, signal)
      trouble = isTrouble(result)
      this.#notePause(result)
      return result
    } finally {
      if (trouble) permit.failed()
      else permit.succeeded()
    }
  }

  async #authorized(request: SourceRequest, signal: AbortSignal): Promise<Answer | Failure> {
    for (let renewed = false; ; renewed = true) {
      const token = await this.#authorization.credential(signal)
      if (token.end === 'failure') return token
      const headers = { ...request.headers, authorization: token.header }
      const { url, maxBytes } = request
      const { fetch: fetcher, clock } = this.#surroundings
      const result = await attempt(fetcher, { url, method: 'GET', headers, maxBytes, signal }, clock)
      if (result.end !== 'answer' || result.status !== 401 || renewed) return result
      if (!this.#authorization.discard(token)) return result
    }
  }

  #notePause(result: Answer | Failure): void {
    if (result.end === 'answer' || result.failure.outcome !== 'unavailable') return
    const { retryAfterMs } = result.failure
    if (retryAfterMs === undefined) return
    const now = this.#surroundings.clock()
    const pauseMs = Math.min(retryAfterMs, MAX_PAUSE_MS)
    if (pauseMs > this.#pause.left(now)) this.#pause = new Countdown(now, pauseMs)
  }

  #jitter(upToMs: number): number {
    return this.#surroundings.random() * upToMs
  }
}

/** What speaks against the source itself. A 429 or a refusal comes from one that is up. */
function isTrouble(result: Answer | Failure): boolean {
  if (result.end === 'answer') return false
  const { failure } = result
  return failure.outcome === 'timeout' || (failure.outcome === 'unavailable' && failure.cause !== 'rate_limited')
}

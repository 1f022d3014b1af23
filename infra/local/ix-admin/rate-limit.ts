/** So many requests a second in the long run, and `burst` at once. */
export interface RateLimit {
  readonly perSecond: number
  readonly burst: number
}

/** A token bucket for each client. */
export class RateLimiter {
  readonly #limit: RateLimit
  readonly #clock: () => number
  readonly #buckets = new Map<string, { left: number; at: number }>()

  constructor(limit: RateLimit, clock: () => number) {
    this.#limit = limit
    this.#clock = clock
  }

  /** 0 if the request may pass, else after how many whole seconds one may. */
  take(client: string): number {
    const { perSecond, burst } = this.#limit
    const now = this.#clock()
    const bucket = this.#buckets.get(client) ?? { left: burst, at: now }
    bucket.left = Math.min(burst, bucket.left + (Math.max(now - bucket.at, 0) / 1000) * perSecond)
    bucket.at = now
    this.#buckets.set(client, bucket)
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / perSecond)
    bucket.left -= 1
    return 0
  }
}

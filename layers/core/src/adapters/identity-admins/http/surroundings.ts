import type { Clock } from '../../../application/ports.ts'

/** What an adapter needs of the machine it runs on. */
export interface Surroundings {
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly fetch: typeof fetch
  /** Resolves after so many milliseconds, or as soon as the signal ends. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** The real ones, but for those given. */
export function surroundingsWith(given: Partial<Surroundings>): Surroundings {
  return { clock: Date.now, random: Math.random, fetch: globalThis.fetch, wait, ...given }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What a caller gets when nobody answers in time. */
export const noAnswer: unique symbol = Symbol('no answer')

const never = new Promise<never>(() => undefined)

/**
 * One execution environment: a clock of its own, a way to the outside that takes time, and an end at any moment. Each call to the
 * outside has two moments at which the machine may die: before the call takes effect, and between the effect and its answer.
 */
export class Machine {
  readonly clock: () => number
  readonly #time: VirtualTime
  readonly #random: Random
  /** Moments left until it dies. */
  #left = Number.POSITIVE_INFINITY
  #alive = true
  #died: () => void = () => undefined

  constructor(parts: { readonly time: VirtualTime; readonly random: Random; readonly skewMs: number }) {
    this.#time = parts.time
    this.#random = parts.random
    this.clock = () => parts.time.now() + parts.skewMs
  }

  /** Dies at its n-th moment from now, and says so. */
  dieAfter(moments: number, died: () => void): void {
    this.#left = moments
    this.#died = died
  }

  /** Calls the outside. `effect` gets the moment by this machine's clock at which the call was made. */
  async call<T>(effect: (calledAt: number) => Promise<T>): Promise<T> {
    const calledAt = this.clock()
    const slow = this.#random.chance(0.03) ? 40 : 1
    await this.#moment()
    await this.#time.pass(this.#random.whole(1, 30) * slow)
    if (!this.#alive) return never
    const outcome = await settle(effect(calledAt))
    await this.#time.pass(this.#random.whole(1, 30) * slow)
    await this.#moment()
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  #moment(): Promise<void> {
    this.#left -= 1
    if (this.#left <= 0 && this.#alive) {
      this.#alive = false
      this.#died()
    }
    return this.#alive ? Promise.resolve() : never
  }

  /** A port as this machine sees it; `told` of each call just before it takes effect, and just after. */
  through<Port extends object>(
    port: Port,
    told: { readonly before: (calledAt: number) => void; readonly after: () => void },
  ): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...parameters: unknown[]) =>
          this.call(async (calledAt) => {
            told.before(calledAt)
            try {
              return await member.apply(target, parameters)
            } finally {
              told.after()
            }
          })
      },
    })
  }
}

async function settle<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await promise }
  } catch (error) {
    return { error }
  }
}

/** The answer, or `noAnswer` after `deadlineMs`: what becomes of a call to a machine that died. */
export function within<T>(time: VirtualTime, deadlineMs: number, answer: Promise<T>): Promise<T | typeof noAnswer> {
  const late: Promise<typeof noAnswer> = time.pass(deadlineMs).then(() => noAnswer)
  return Promise.race<T | typeof noAnswer>([answer, late])
}

import type { Clock } from '../../../application/ports.ts'
import { Countdown } from './countdown.ts'

export interface CircuitBreakerSettings {
  /** So many failures in a row open the circuit. */
  readonly failures: number
  /** How long it stays open at first, milliseconds; doubles with every failed probe. */
  readonly coolDownMs: number
  readonly maxCoolDownMs: number
}

/** The right to send one request. Exactly one of its methods must be called when the request has ended. */
export interface Permit {
  succeeded(): void
  failed(): void
}

/**
 * Spares a source that is down, and spares us the waiting.
 *
 *              `failures` in a row
 *   ┌────────┐ ────────────────────▶ ┌──────┐ ◀───────────────┐
 *   │ closed │                       │ open │                 │ probe failed:
 *   └────────┘ ◀──────┐              └──────┘                 │ cool-down doubles
 *                     │ probe            │ cool-down is over   │
 *                     │ succeeded        ▼                     │
 *                     └───────────── ┌───────────┐ ────────────┘
 *                                    │ half open │ one probe at a time
 *                                    └───────────┘
 *
 * A request sent before the last change of state no longer counts: it says nothing about the source as it is now.
 */
export class CircuitBreaker {
  readonly #settings: CircuitBreakerSettings
  readonly #clock: Clock
  #state: 'closed' | 'open' | 'half-open' = 'closed'
  #era = 0
  #failuresInARow = 0
  #coolDownMs: number
  #coolDown = new Countdown(0, 0)

  constructor(settings: CircuitBreakerSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#coolDownMs = settings.coolDownMs
  }

  /** A permit, or how long the circuit stays open (milliseconds; 0 while a probe is under way). */
  enter(): Permit | { readonly openForMs: number } {
    if (this.#state === 'half-open') return { openForMs: 0 }
    if (this.#state === 'open') {
      const openForMs = this.#coolDown.left(this.#clock())
      if (openForMs > 0) return { openForMs }
      this.#change('half-open')
    }
    const era = this.#era
    return {
      succeeded: () => {
        if (era === this.#era) this.#succeed()
      },
      failed: () => {
        if (era === this.#era) this.#fail()
      },
    }
  }

  #succeed(): void {
    this.#failuresInARow = 0
    if (this.#state === 'closed') return
    this.#coolDownMs = this.#settings.coolDownMs
    this.#change('closed')
  }

  #fail(): void {
    if (this.#state === 'half-open') {
      this.#coolDownMs = Math.min(this.#coolDownMs * 2, this.#settings.maxCoolDownMs)
    } else {
      this.#failuresInARow += 1
      if (this.#failuresInARow < this.#settings.failures) return
    }
    this.#failuresInARow = 0
    this.#coolDown = new Countdown(this.#clock(), this.#coolDownMs)
    this.#change('open')
  }

  #change(state: 'closed' | 'open' | 'half-open'): void {
    this.#state = state
    this.#era += 1
  }
}

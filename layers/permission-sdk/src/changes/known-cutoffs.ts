import { handleLength } from '@rolecast/core/domain/freshness/change-handle'
import {
  type CutoffIndex,
  type CutoffKind,
  type CutoffSubject,
  type Cutoffs,
  cutoffKinds,
  emptyCutoffs,
  isAboveCutoffs,
  raiseCutoff,
  raiseCutoffs,
} from '@rolecast/core/domain/freshness/cutoffs'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import { clockToleranceMs } from './ages.ts'

/** No token learnt of before can outlive this; a minute more for clocks. */
const keepMs = (tokenLife.most + 60) * 1000

/**
 * The cutoffs a reader has learnt, bounded: they are kept in two generations, each as long as a token may live, and of more
 * than `capacity` whole organizations are cut off by the time of issue. Nothing that can matter is forgotten.
 */
export class KnownCutoffs {
  readonly #capacity: number
  #young = emptyCutoffs()
  #old = emptyCutoffs()
  #since = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** True when something rose. `now` epoch milliseconds. */
  learn(cutoffs: Cutoffs, now: number): boolean {
    if (Math.abs(now - this.#since) >= keepMs) {
      this.#old = this.#young
      this.#young = emptyCutoffs()
      this.#since = now
    }
    const rose = raiseCutoffs(this.#young, cutoffs)
    if (rose && sizeOf(this.#young) + sizeOf(this.#old) > this.#capacity) this.#raiseOrganizations(now)
    return rose
  }

  isAbove(subject: CutoffSubject): boolean {
    return isAboveCutoffs(this.#young, subject) && isAboveCutoffs(this.#old, subject)
  }

  /** A token minted before one of these removals says so by when it was issued, whatever clock issued it. */
  #raiseOrganizations(now: number): void {
    const minimum = Math.ceil((now + clockToleranceMs) / 1000)
    const before = [this.#young, this.#old]
    this.#old = emptyCutoffs()
    this.#young = emptyCutoffs()
    this.#since = now
    for (const index of before) {
      for (const kind of Object.keys(cutoffKinds) as CutoffKind[]) {
        for (const [handle, least] of index[kind]) {
          const whole = cutoffKinds[kind] === handleLength.organization
          if (whole) raiseCutoff(this.#young[kind], handle, least)
          else raiseCutoff(this.#young.issued, handle.slice(0, handleLength.organization), minimum)
        }
      }
    }
  }
}

function sizeOf(index: CutoffIndex): number {
  return index.versions.size + index.confirmed.size
}

/** What a set of times comes to, milliseconds. Without samples there are no figures but their number. */
export interface PromiseFigures {
  readonly p50?: number
  readonly p99?: number
  readonly max?: number
  readonly samples: number
}

/** Percentiles by nearest rank: each is a time that was measured, and the 99th of fewer than a hundred is their maximum. */
export function figuresOf(times: readonly number[]): PromiseFigures {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  const [p50, p99, max] = [at(0.5), at(0.99), sorted.at(-1)]
  if (p50 === undefined || p99 === undefined || max === undefined) return { samples: 0 }
  return { p50, p99, max, samples: sorted.length }
}

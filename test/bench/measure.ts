/** One thing to measure: `run` does `iterations` of it, beginning with item `from`, and fails loudly if one goes wrong. */
export interface Contender {
  readonly name: string
  run(from: number, iterations: number): void | Promise<void>
}

export interface Measured {
  /** Median over all rounds of this contender's time divided by the floor's time in the same round. */
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/**
 * Interleaved rounds: in each, every contender and the floor do the same number of iterations, in an order that
 * alternates. The figure is a ratio within the round, so a machine whose speed drifts moves both.
 */
export async function measure(
  floor: Contender,
  contenders: readonly Contender[],
  { rounds, iterations, warmUp = 3 }: { rounds: number; iterations: number; warmUp?: number },
): Promise<Map<string, Measured>> {
  const all = [floor, ...contenders]
  const ratios = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < warmUp + rounds; round++) {
    const order = round % 2 === 0 ? all : [...all].reverse()
    const times = new Map<string, number>()
    for (const contender of order) {
      const start = process.hrtime.bigint()
      await contender.run(round * iterations, iterations)
      times.set(contender.name, Number(process.hrtime.bigint() - start))
    }
    if (round < warmUp) continue
    const base = times.get(floor.name) ?? Number.NaN
    for (const { name } of contenders) ratios.get(name)?.push((times.get(name) ?? Number.NaN) / base)
  }
  return new Map([...ratios].map(([name, list]) => [name, spread(list)]))
}

export function spread(values: readonly number[]): Measured {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { ratio: at(0.5), low: at(0.1), high: at(0.9) }
}

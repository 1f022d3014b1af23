/** One thing to measure. `prepare` is not timed; `run` does `iterations` of it and fails loudly if one goes wrong. */
export interface Contender {
  readonly name: string
  /** Does fewer iterations than the floor: this many times fewer. For what is very slow. */
  readonly slower?: number
  prepare?(from: number, iterations: number): void
  run(iterations: number): void | Promise<void>
}

export interface Measured {
  /** Median over all rounds of this contender's time for one iteration divided by the floor's in the same round. */
  readonly ratio: number
  /** The tenth and the ninetieth percentile over the rounds. */
  readonly low: number
  readonly high: number
}

export interface Rounds {
  readonly rounds: number
  readonly iterations: number
  readonly warmUp: number
}

/**
 * Interleaved rounds: in each, the floor and every contender have their turn, in an order that alternates. A figure is a
 * ratio within a round, so a machine whose speed drifts moves both.
 */
export async function measure(
  floor: Contender,
  contenders: readonly Contender[],
  { rounds, iterations, warmUp }: Rounds,
): Promise<Map<string, Measured>> {
  const all = [floor, ...contenders]
  const ratios = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round < warmUp + rounds; round++) {
    const times = new Map<string, number>()
    for (const contender of round % 2 === 0 ? all : [...all].reverse()) {
      const count = Math.max(1, Math.round(iterations / (contender.slower ?? 1)))
      contender.prepare?.(round * iterations, count)
      const start = process.hrtime.bigint()
      await contender.run(count)
      times.set(contender.name, Number(process.hrtime.bigint() - start) / count)
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

/** Does all the work, so much of it at the same time; what begins first comes first in the list. `work` must not throw. */
export async function inLanes<T>(lanes: number, list: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const rest = list.values()
  const lane = async () => {
    for (const each of rest) await work(each)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

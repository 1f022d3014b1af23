import { setTimeout as wait } from 'node:timers/promises'
import type { Access } from '@rolecast/core/application/promise/ports'

export interface LoadCounts {
  sent: number
  /** Of somebody whose role nobody touches: there should be none. */
  refused: number
  unanswered: number
}

export interface Load {
  /** One that rejects, because there was no token for it, counts as unanswered. */
  readonly access: () => Promise<Access>
  readonly perSecond: number
}

const burstMs = 100

/** Accesses in bursts, so that authorizers are busy at the same time. Ends, and all its accesses with it, when `isEnded`. */
export async function keepBusy({ access, perSecond }: Load, isEnded: () => boolean): Promise<LoadCounts> {
  const counts: LoadCounts = { sent: 0, refused: 0, unanswered: 0 }
  const underWay = new Set<Promise<void>>()
  const begun = Date.now()
  while (!isEnded()) {
    const due = Math.floor(((Date.now() - begun) / 1000) * perSecond)
    for (; counts.sent < due; counts.sent++) {
      const one = access()
        .catch(() => 'failed' as const)
        .then((answer) => {
          if (answer === 'denied') counts.refused++
          if (answer === 'failed') counts.unanswered++
          underWay.delete(one)
        })
      underWay.add(one)
    }
    await wait(burstMs)
  }
  await Promise.all(underWay)
  return counts
}

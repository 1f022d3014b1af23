import { setTimeout as wait } from 'node:timers/promises'
import type { Access } from '@rolecast/core/application/sync/watch-caller'

const deadlineMs = 5_000

/** Reads at the product: a route that needs the role and asks nobody to allow it. */
export async function readFlows(httpApi: string, token: string): Promise<Access> {
  try {
    const response = await fetch(`${httpApi}/flows`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(deadlineMs),
    })
    await response.arrayBuffer()
    if (response.status === 200) return 'allowed'
    return response.status === 401 || response.status === 403 ? 'denied' : 'failed'
  } catch {
    // Refused connections and deadlines are counted with the other answers that are none.
    return 'failed'
  }
}

export interface LoadCounts {
  sent: number
  /** Of somebody whose role nobody touches: there should be none. */
  refused: number
  unanswered: number
}

export interface Load {
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
      const one = access().then((answer) => {
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

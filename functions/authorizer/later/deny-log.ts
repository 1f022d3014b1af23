import type { Code } from '@rolecast/core/domain/decision/codes'
import type { IndexedRoute } from '@rolecast/core/domain/grant/decide'

/** One line about denies; no token, claim or path. */
export interface DenyEntry {
  readonly event: 'denied'
  readonly code: Code
  /** How many denies with this code the line stands for. */
  readonly count: number
  /** Of the last of them, as the catalog spells it. */
  readonly route?: string
}

export type DenyLog = (code: Code, route: IndexedRoute | undefined) => void

/** Writes at most one line per code and second: a flood of bad tokens costs no log money. `clock` in milliseconds. */
export function createDenyLog(write: (entry: DenyEntry) => void, clock: () => number): DenyLog {
  const lines = new Map<Code, { at: number; count: number }>()
  return (code, route) => {
    const line = lines.get(code) ?? { at: 0, count: 0 }
    lines.set(code, line)
    line.count++
    const now = clock()
    if (Math.abs(now - line.at) < 1000) return
    write({ event: 'denied', code, count: line.count, ...(route && { route: `${route.method} ${route.path}` }) })
    line.at = now
    line.count = 0
  }
}

import type { SourceStatement } from '../assignment/statement.ts'

/** A walk through all pages of a source, as far as it got. */
export interface Walk {
  /** From 1; a walk that contradicts itself is begun again. */
  readonly attempt: number
  /** Before the first page was asked for, epoch milliseconds: what the receipt speaks of. */
  readonly startedAt: number
  /** The organization's mark (`dirtySince`) when the walk began: hints up to it are answered by the walk, whatever clocks say. */
  readonly hintsUntil?: number
  /** The name of the source that is walked; absent: the default source. Its cursors mean nothing to another one. */
  readonly source?: string
  /** Pages taken so far. */
  readonly pages: number
  /** Where to read on; absent at the beginning and at the end. */
  readonly cursor?: string
  /** Accounts listed so far. */
  readonly listed: number
  /** Whether the source counts versions; known with the first account. */
  readonly versioned?: boolean
  /** A cursor seen before, against which later ones are held, and for how many pages yet. */
  readonly anchor?: { readonly cursor: string; readonly pagesLeft: number; readonly span: number }
  /** When the source showed no account at all although some are known; shown again later, it is believed. */
  readonly emptyAt?: number
  readonly ended: boolean
  /** Bucket digests of what was listed, active accounts only. */
  readonly digests: readonly string[]
}

/** Why a walk cannot be continued. */
export type WalkFault =
  | 'source_repeats_cursor'
  | 'source_repeats_accounts'
  | 'source_mixes_versions'
  | 'source_never_ends'
  | 'source_inconsistent'

/** No source of ours has so many pages: whoever gets here goes round in circles. */
const mostPages = 100_000

export function beginWalk(attempt: number, startedAt: number): Walk {
  return { attempt, startedAt, pages: 0, listed: 0, ended: false, digests: [] }
}

export interface Page {
  readonly statements: readonly SourceStatement[]
  readonly next?: string
}

/**
 * The walk with one page more, or why that page cannot belong to it. A cursor that comes back is found by holding each against
 * one kept from before (Brent's way to find a cycle: two cursors at a time, whatever the length of the walk).
 */
export function takePage(walk: Walk, page: Page): { readonly walk: Walk } | { readonly fault: WalkFault } {
  const { statements, next } = page
  const versioned = walk.versioned ?? (statements[0] === undefined ? undefined : statements[0].version !== undefined)
  if (statements.some(({ version }) => (version !== undefined) !== versioned)) return { fault: 'source_mixes_versions' }
  if (new Set(statements.map(({ account }) => account)).size !== statements.length) {
    return { fault: 'source_repeats_accounts' }
  }
  if (next !== undefined && (next === walk.cursor || next === walk.anchor?.cursor)) {
    return { fault: 'source_repeats_cursor' }
  }
  if (next !== undefined && walk.pages + 1 >= mostPages) return { fault: 'source_never_ends' }
  const { cursor: _, anchor, emptyAt: __, ...rest } = walk
  const taken = {
    ...rest,
    ...(versioned !== undefined && { versioned }),
    pages: walk.pages + 1,
    listed: walk.listed + statements.length,
  }
  if (next === undefined) return { walk: { ...taken, ended: true } }
  return { walk: { ...taken, cursor: next, anchor: nextAnchor(anchor, next) } }
}

function nextAnchor(anchor: Walk['anchor'], cursor: string): NonNullable<Walk['anchor']> {
  if (anchor === undefined) return { cursor, pagesLeft: 1, span: 1 }
  if (anchor.pagesLeft > 1) return { ...anchor, pagesLeft: anchor.pagesLeft - 1 }
  return { cursor, pagesLeft: anchor.span * 2, span: anchor.span * 2 }
}

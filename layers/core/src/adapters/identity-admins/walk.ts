import * as v from 'valibot'
import type { PageOutcome, PullFailure } from '../../application/ports.ts'

export type Inconsistent = Extract<PageOutcome, { outcome: 'inconsistent' }>

const MAX_CURSOR = 1_024

export function inconsistent(detail: string): Inconsistent {
  return { outcome: 'inconsistent', detail }
}

/** A cursor of ours: where the source reads on, and what the next page is checked against. */
export function writeCursor(state: object): string | undefined {
  const text = Buffer.from(JSON.stringify(state)).toString('base64url')
  return text.length > MAX_CURSOR ? undefined : text
}

/** `undefined` for what this source's adapter did not write. */
export function readCursor<T>(schema: v.GenericSchema<unknown, T>, cursor: string): T | undefined {
  if (cursor.length > MAX_CURSOR) return undefined
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), Buffer.from(cursor, 'base64url').toString())
  return parsed.success ? parsed.output : undefined
}

const tokenState = v.strictObject({
  after: v.pipe(v.string(), v.nonEmpty()),
  shown: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
})

/** A walk by tokens of the source: the token that reads on (`''`: the first page), and how many accounts were shown. */
export interface TokenState {
  readonly after: string
  readonly shown: number
}

export function tokenOfCursor(cursor: string | undefined): TokenState | Inconsistent {
  return cursor === undefined ? { after: '', shown: 0 } : (readCursor(tokenState, cursor) ?? notOurs)
}

export interface TokenPage {
  readonly ids: readonly string[]
  /** The token that reads on; absent at the end. */
  readonly next?: string | undefined
  /** How many accounts there are, where the source says so. */
  readonly total?: number | undefined
}

/** Checks a page of a walk by tokens, and says which cursor follows. */
export function followTokens(
  { after, shown }: TokenState,
  { ids, next, total }: TokenPage,
): { readonly next?: string } | Inconsistent {
  const nowShown = shown + ids.length
  if (repeats(ids)) return inconsistent('an account twice')
  if (nowShown === 0) return firstIsEmpty
  if (next === undefined) {
    return total !== undefined && nowShown < total ? inconsistent('the pages end before the announced number') : {}
  }
  if (next === after || next === '') return inconsistent('a page that leads to itself')
  if (ids.length === 0) return inconsistent('an empty page in the middle')
  const cursor = writeCursor({ after: next, shown: nowShown })
  return cursor === undefined ? inconsistent('a cursor that is too long') : { next: cursor }
}

/** A source that does not take its own cursor any more has given up the walk, not us. */
export function endOfWalk(failure: PullFailure, cursor: string | undefined): PullFailure | Inconsistent {
  const givenUp = failure.outcome === 'refused' && (failure.status === 400 || failure.status === 410)
  return givenUp && cursor !== undefined ? inconsistent('the source takes its cursor no more') : failure
}

const indexState = v.strictObject({
  shown: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  total: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  last: v.string(),
})

/** A walk by index: how many were shown, of how many, and the last of them. */
export type IndexState = v.InferOutput<typeof indexState>

export function indexOfCursor(cursor: string | undefined): IndexState | undefined | Inconsistent {
  return cursor === undefined ? undefined : (readCursor(indexState, cursor) ?? notOurs)
}

/** From which index (of 0) a page is read: the last account once more, because it shows whether the others have moved. */
export function startOf(state: IndexState | undefined): number {
  return state === undefined ? 0 : state.shown - 1
}

/**
 * Checks a page of a walk by index, read from `startOf(state)` on, and says which of `ids` are new and which cursor follows.
 * A source that pages by index keeps no state: whatever is added or deleted on the way moves the rest, so that one account is
 * shown twice and another not at all.
 */
export function followIndex(
  state: IndexState | undefined,
  ids: readonly string[],
  total: number,
): { readonly skip: 0 | 1; readonly next?: string } | Inconsistent {
  if (state !== undefined && total !== state.total) return inconsistent('the number of accounts changed on the way')
  if (state !== undefined && ids[0] !== state.last) return inconsistent('the accounts moved on the way')
  if (repeats(ids)) return inconsistent('an account twice')
  const skip = state === undefined ? 0 : 1
  const shown = (state?.shown ?? 0) + ids.length - skip
  const last = ids.at(-1)
  if (last === undefined) return firstIsEmpty
  if (shown > total) return inconsistent('more accounts than announced')
  if (shown === total) return { skip }
  if (ids.length === skip) return inconsistent('the pages end before the announced number')
  const next = writeCursor({ shown, total, last })
  return next === undefined ? inconsistent('a cursor that is too long') : { skip, next }
}

const notOurs = inconsistent('a cursor that this source did not give')
const firstIsEmpty = inconsistent('the first page is empty')

function repeats(ids: readonly string[]): boolean {
  return new Set(ids).size !== ids.length
}

import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import { ChangeCopy, type FeedItem, mostSubjects } from '../domain/freshness/change-copy.ts'
import { changeOverlapMs, changeRetentionSeconds } from '../domain/freshness/change-entry.ts'
import type { CutoffKind, Cutoffs } from '../domain/freshness/cutoffs.ts'
import { type FeedPosition, readCursor, writeCursor } from '../domain/freshness/feed-cursor.ts'
import type { ChangeHandles, ChangeLog, Clock } from './ports.ts'

/** One answer of the feed. Readers merge it into what they have: minimums only rise. */
export interface FeedPage extends Cutoffs {
  /** How long ago the log was read for this answer, milliseconds: a reader reckons with its own clock alone. */
  readonly ageMs: number
  /** What to ask with next. */
  readonly cursor: string
  /** There is more at `cursor` right now; only then is the reader as fresh as its oldest page. */
  readonly more: boolean
  /** Signing keys that no longer count. */
  readonly keys: readonly string[]
}

export interface ChangeFeedDependencies {
  readonly changes: ChangeLog
  readonly handles: ChangeHandles
  readonly clock: Clock
  /** How many items an answer holds, about. */
  readonly pageSize?: number
  /** How many subjects are told apart in memory. */
  readonly capacity?: number
}

/** The log is read at most this often, however many ask. */
const readAtMostEveryMs = 1_000
const forgetEveryMs = 60_000

/** The change log as the token service keeps it in memory for those who follow it; one for each environment. */
export class ChangeFeed {
  readonly #dependencies: ChangeFeedDependencies
  readonly #pageSize: number
  readonly #copy: ChangeCopy
  /** When the latest read of the log began, on this machine's clock. */
  #readAt: number | undefined
  #forgotAt = 0
  #reading: Promise<number | undefined> | undefined

  constructor(dependencies: ChangeFeedDependencies) {
    this.#dependencies = dependencies
    this.#pageSize = dependencies.pageSize ?? 5_000
    this.#copy = new ChangeCopy(dependencies.capacity ?? mostSubjects)
  }

  /**
   * What was taken away since a cursor of this feed, whichever environment wrote it; everything that can still matter
   * without one, or with one that is too old or not of this feed. Refuses with `no_signing_key` before the first rotation
   * of keys. Throws when the log cannot be read.
   */
  async readPage(question: { readonly application: string; readonly after?: string }): Promise<Outcome<FeedPage>> {
    const readAt = await this.#refresh()
    if (readAt === undefined) return refuse('no_signing_key', { reason: 'no_handle_secret' })
    const position = this.#positionOf(question.after, readAt)
    const items = this.#copy.since(position.from, question.application)
    const page = items.slice(0, this.#endOfPage(items))
    const next = items[page.length]
    const floor = Math.min(position.readAt ?? readAt, readAt)
    const ahead = next === undefined ? { from: floor - changeOverlapMs } : { from: next.at, readAt: floor }
    return accept({
      ageMs: Math.max(0, this.#dependencies.clock() - readAt),
      cursor: writeCursor(ahead),
      more: next !== undefined,
      ...cutoffsOf(page),
      keys: page.filter(({ kind }) => kind === 'key').map(({ name }) => name),
    })
  }

  /** Entries show a little after their time, and clocks differ: a cursor may be that far ahead of the read, and no further. */
  #positionOf(after: string | undefined, readAt: number): FeedPosition {
    const position = after === undefined ? undefined : readCursor(after)
    const oldest = readAt - changeRetentionSeconds * 1000
    const isServable = position !== undefined && position.from >= oldest && position.from <= readAt + changeOverlapMs
    return isServable ? position : { from: 0 }
  }

  /** Items of one moment stay together, so that a page always ends before a later one. */
  #endOfPage(items: readonly FeedItem[]): number {
    let end = Math.min(this.#pageSize, items.length)
    while (end < items.length && items[end]?.at === items[end - 1]?.at) end += 1
    return end
  }

  async #refresh(): Promise<number | undefined> {
    const now = this.#dependencies.clock()
    if (this.#readAt !== undefined && now >= this.#readAt && now - this.#readAt < readAtMostEveryMs) return this.#readAt
    this.#reading ??= this.#read(now).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(now: number): Promise<number | undefined> {
    const { changes, handles } = this.#dependencies
    const handleOf = await handles.openHandles()
    if (handleOf === undefined) return undefined
    const since = this.#readAt === undefined ? 0 : Math.min(this.#readAt, now) - changeOverlapMs
    const entries = await changes.readChanges(since)
    if (now - this.#forgotAt >= forgetEveryMs) {
      this.#copy.forget(now)
      this.#forgotAt = now
    }
    this.#copy.add(entries, handleOf, now)
    this.#readAt = now
    return now
  }
}

function cutoffsOf(items: readonly FeedItem[]): Cutoffs {
  const of = (kind: CutoffKind) =>
    Object.fromEntries(items.filter((item) => item.kind === kind).map(({ name, minimum }) => [name, minimum]))
  return { versions: of('versions'), revisions: of('revisions'), confirmed: of('confirmed'), issued: of('issued') }
}

import { type ChangeEntry, changeRetentionSeconds } from './change-entry.ts'
import { type HandleOf, handleLength } from './change-handle.ts'
import { type CutoffKind, everyone } from './cutoffs.ts'
import { clockToleranceMs } from './policy.ts'

/** What one entry of the log comes to for readers: a cutoff by handle, or a key that no longer counts. */
export interface FeedItem {
  readonly kind: CutoffKind | 'key'
  /** A handle, `everyone`, or the `kid`. */
  readonly name: string
  /** Only for tokens of this application, where there is one. */
  readonly application?: string
  readonly minimum: number
  /** Of the youngest entry behind it, epoch milliseconds. */
  readonly at: number
}

/** So many subjects are told apart; of more, whole organizations are resolved again instead. */
export const mostSubjects = 100_000

/**
 * The change log in memory as far as it can matter, by what its entries are about. Neither order nor repetition of entries
 * makes a difference. Bounded: never by forgetting, but by cutting off every token of an organization issued until then.
 */
export class ChangeCopy {
  readonly #capacity: number
  readonly #items = new Map<string, FeedItem>()

  constructor(capacity = mostSubjects) {
    this.#capacity = capacity
  }

  add(entries: readonly ChangeEntry[], handleOf: HandleOf, now: number): void {
    for (const entry of entries) this.#raise(itemOf(entry, handleOf))
    if (this.#items.size > this.#capacity) this.#raiseOrganizations(now)
  }

  /** Forgets what no token can outlive. `now` in epoch milliseconds. */
  forget(now: number): void {
    const since = now - changeRetentionSeconds * 1000
    for (const [key, { at }] of this.#items) if (at < since) this.#items.delete(key)
  }

  /** What concerns an application, of entries since this moment, ascending by time. */
  since(from: number, application: string): readonly FeedItem[] {
    return [...this.#items.values()]
      .filter((item) => item.at >= from && (item.application ?? application) === application)
      .sort((one, other) => one.at - other.at)
  }

  #raise(item: FeedItem): void {
    const key = [item.kind, item.name, item.application].join(' ')
    const before = this.#items.get(key)
    const minimum = Math.max(item.minimum, before?.minimum ?? item.minimum)
    this.#items.set(key, { ...item, minimum, at: Math.max(item.at, before?.at ?? item.at) })
  }

  /** A token minted before one of these removals says so by when it was issued, whatever clock issued it. */
  #raiseOrganizations(now: number): void {
    const minimum = Math.ceil((now + clockToleranceMs) / 1000)
    for (const [key, { kind, name }] of this.#items) {
      if (kind !== 'versions' && kind !== 'confirmed') continue
      this.#items.delete(key)
      this.#raise({ kind: 'issued', name: name.slice(0, handleLength.organization), minimum, at: now })
    }
  }
}

function itemOf(entry: ChangeEntry, handleOf: HandleOf): FeedItem {
  const { at } = entry
  switch (entry.scope) {
    case 'account':
      return { kind: 'versions', name: handleOf(entry.organization, entry.account), minimum: entry.revision, at }
    case 'confirmation': {
      const minimum = Math.floor(entry.confirmedUntil / 1000) + 1
      return { kind: 'confirmed', name: handleOf(entry.organization, entry.account), minimum, at }
    }
    case 'organization': {
      const item = { kind: 'revisions', name: handleOf(entry.organization), minimum: entry.revision, at } as const
      return entry.application === undefined ? item : { ...item, application: entry.application }
    }
    case 'application':
      return { kind: 'issued', name: everyone, application: entry.application, minimum: entry.issuedFrom, at }
    case 'key':
      return { kind: 'key', name: entry.kid, minimum: entry.revision, at }
  }
}

import type { ChangeLog, Clock } from '../../application/ports.ts'
import { type ChangeEntry, changeOverlapMs, changeRetentionSeconds } from '../../domain/freshness/change-entry.ts'
import { fromChangeItem } from './change-item.ts'
import { changePartitions, changeTime } from './keys.ts'
import type { DynamoTable } from './table.ts'

export class DynamoChangeLog implements ChangeLog {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async readChanges(since: number): Promise<readonly ChangeEntry[]> {
    const now = this.#clock()
    const from = Math.max(since, now - changeRetentionSeconds * 1000)
    // A writer whose clock is ahead may already have begun the next minute.
    const partitions = changePartitions(from, now + changeOverlapMs)
    const items = await Promise.all(partitions.map((pk) => this.#table.query(pk, changeTime(from))))
    return items
      .flat()
      .map(fromChangeItem)
      .sort((one, other) => one.at - other.at)
  }
}

import * as v from 'valibot'
import type { Clock } from '../../application/ports.ts'
import type { RunListing, RunStore, RunWrite, WalkedPage } from '../../application/sync/ports.ts'
import type { Receipt, Run, Suspect } from '../../domain/reconcile/run.ts'
import { type Item, ifRevision, type Write } from './conditions.ts'
import {
  receiptItemKey,
  runItemKey,
  runListPartition,
  runPagePrefix,
  runPartition,
  runPartitionOf,
  suspectsItemKey,
  walkedPageItemKey,
} from './keys.ts'
import { count, moment, parseItem } from './parse-item.ts'
import { parseReceipt, parseRun } from './run-item.ts'
import type { DynamoTable } from './table.ts'

/** What a run has found is needed as long as the run may wait for a person. */
const partsForSeconds = 30 * 86_400
const receiptsForSeconds = 400 * 86_400

const bytes = v.instance(Uint8Array)
const pageItem = v.object({ kind: v.literal('walked-page'), attempt: count, page: count, listed: bytes })
const suspectsItem = v.object({
  kind: v.literal('suspects'),
  suspects: v.array(
    v.object({
      account: v.string(),
      why: v.picklist(['hinted', 'narrower', 'doubtful', 'unlisted', 'changed']),
      leaf: v.exactOptional(v.string()),
    }),
  ),
})
const listEntry = v.object({
  organization: v.string(),
  run: v.string(),
  state: v.picklist(['running', 'waiting', 'braked', 'done', 'failed', 'stopped']),
  updatedAt: moment,
  wakeAt: v.exactOptional(moment),
  soundAsOf: moment,
  hintsUntil: v.exactOptional(moment),
})

type RunName = Pick<Run, 'organization' | 'run'>

/**
 * Runs in the table. A run that is to go on at once carries `next: now`: whoever follows the table's stream takes that for the
 * call for its next step, so that no step is forgotten between its commit and a message about it.
 */
export class DynamoRunStore implements RunStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async readRun(organization: string): Promise<Run | undefined> {
    const item = await this.#table.get(runItemKey(organization))
    return item === undefined ? undefined : parseRun(item, organization)
  }

  async writeRun(run: Run, { page, suspects = [], receipt }: RunWrite = {}): Promise<'written' | 'conflict'> {
    const stored = { ...run, revision: run.revision + 1 }
    const item = {
      ...runItemKey(run.organization),
      kind: 'run',
      ...stored,
      lpk: runListPartition(),
      ...(run.walk.hintsUntil !== undefined && { hintsUntil: run.walk.hintsUntil }),
      ...(run.state === 'running' && run.lease === undefined && { next: 'now' }),
    }
    const ttl = Math.ceil(this.#clock() / 1000) + partsForSeconds
    const writes: Write[] = [{ put: item, condition: ifRevision(run.revision) }]
    if (page !== undefined) {
      writes.push({ put: { ...walkedPageItemKey(run, page), kind: 'walked-page', ...page, ttl } })
    }
    for (const { chunk, suspects: some } of suspects) {
      const list = some.map((suspect) => ({ ...suspect }))
      writes.push({ put: { ...suspectsItemKey(run, chunk), kind: 'suspects', suspects: list, ttl } })
    }
    if (receipt !== undefined) {
      const expires = Math.ceil(this.#clock() / 1000) + receiptsForSeconds
      writes.push({ put: { ...receiptItemKey(receipt), kind: 'receipt', ...receipt, ttl: expires } })
    }
    const written =
      writes.length === 1
        ? await this.#table.put(item, ifRevision(run.revision))
        : (await this.#table.transact(writes)).length === 0
    return written ? 'written' : 'conflict'
  }

  async listRuns(): Promise<readonly RunListing[]> {
    const items = await this.#table.queryList(runListPartition())
    return items.map((item) => parseItem(listEntry, item, 'run in the index'))
  }

  async readPages(run: RunName, attempt: number): Promise<readonly WalkedPage[]> {
    const prefix = runPagePrefix(attempt)
    const items = await this.#table.query(runPartitionOf(run), prefix)
    return items.filter(({ sk }) => String(sk).startsWith(prefix)).map(pageOf)
  }

  async readSuspects(run: RunName, chunk: number): Promise<readonly Suspect[]> {
    const item = await this.#table.get(suspectsItemKey(run, chunk))
    return item === undefined ? [] : parseItem(suspectsItem, item, 'list of suspects').suspects
  }

  async listReceipts(organization: string, limit: number): Promise<readonly Receipt[]> {
    const items = await this.#table.query(runPartition(organization), 'receipt#')
    const receipts = items.filter(({ kind }) => kind === 'receipt').map(parseReceipt)
    return receipts.reverse().slice(0, limit)
  }
}

function pageOf(item: Item): WalkedPage {
  const { attempt, page, listed } = parseItem(pageItem, item, 'walked page')
  return { attempt, page, listed }
}

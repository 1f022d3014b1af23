import type { RunListing, RunStore, RunWrite, WalkedPage } from '../../application/sync/ports.ts'
import type { Receipt, Run, Suspect } from '../../domain/reconcile/run.ts'
import { type MemoryDatabase, nameOf } from './database.ts'

type RunName = Pick<Run, 'organization' | 'run'>

/** Runs of reconciliation in memory, with the semantics of `DynamoRunStore`. */
export class MemoryRunStore implements RunStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readRun(organization: string): Promise<Run | undefined> {
    await this.#database.request('readRun')
    return structuredClone(this.#database.runs.get(nameOf(organization)))
  }

  async writeRun(run: Run, beside: RunWrite = {}): Promise<'written' | 'conflict'> {
    await this.#database.request('writeRun')
    const { organization, run: name } = run
    const stored = this.#database.runs.get(nameOf(organization))
    if ((stored?.revision ?? 0) !== run.revision) return 'conflict'
    this.#database.runs.set(nameOf(organization), structuredClone({ ...run, revision: run.revision + 1 }))
    const { page, suspects = [], receipt } = structuredClone(beside)
    const parts = this.#database.runParts
    if (page !== undefined) parts.pages.set(nameOf(organization, name, `${page.attempt} ${page.page}`), page)
    for (const { chunk, suspects: some } of suspects) parts.suspects.set(nameOf(organization, name, `${chunk}`), some)
    if (receipt !== undefined) parts.receipts.push(receipt)
    return 'written'
  }

  async listRuns(): Promise<readonly RunListing[]> {
    await this.#database.request('listRuns')
    return [...this.#database.runs.values()].map(
      ({ organization, run, state, updatedAt, wakeAt, soundAsOf, walk }) => ({
        organization,
        run,
        state,
        updatedAt,
        soundAsOf,
        ...(walk.hintsUntil !== undefined && { hintsUntil: walk.hintsUntil }),
        ...(wakeAt !== undefined && { wakeAt }),
      }),
    )
  }

  async readPages({ organization, run }: RunName, attempt: number): Promise<readonly WalkedPage[]> {
    await this.#database.request('readPages')
    const prefix = nameOf(organization, run, `${attempt} `).slice(0, -2)
    const found = [...this.#database.runParts.pages].filter(([name]) => name.startsWith(prefix))
    return structuredClone(found.map(([, page]) => page)).sort((one, other) => one.page - other.page)
  }

  async readSuspects({ organization, run }: RunName, chunk: number): Promise<readonly Suspect[]> {
    await this.#database.request('readSuspects')
    return structuredClone(this.#database.runParts.suspects.get(nameOf(organization, run, `${chunk}`)) ?? [])
  }

  async listReceipts(organization: string, limit: number): Promise<readonly Receipt[]> {
    await this.#database.request('listReceipts')
    const found = this.#database.runParts.receipts.filter((receipt) => receipt.organization === organization)
    return structuredClone(found)
      .sort((one, other) => other.finishedAt - one.finishedAt)
      .slice(0, limit)
  }
}

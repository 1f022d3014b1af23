import type { AccountKey, AccountRecord } from '../../domain/assignment/statement.ts'
import { memberships } from '../../domain/projection/content.ts'
import { beforeEveryStream } from '../../domain/projection/item-change.ts'
import { projectStored } from '../../domain/projection/project.ts'
import { bucketCount } from '../../domain/reconcile/fingerprints.ts'
import type { AccountStore } from '../ports.ts'
import type { Listings } from './ports.ts'
import type { ProjectionStore } from './projection-ports.ts'

export interface RebuildDependencies {
  readonly listings: Pick<Listings, 'listAccounts'>
  readonly accounts: Pick<AccountStore, 'readAccounts'>
  readonly projections: ProjectionStore
}

/** How many accounts are read at once. */
const pageSize = 100

/**
 * Brings member lists and counts to the accounts of an organization as they are stored, where the stream has told nothing of them:
 * for items that are older than the stream, and for views that were emptied. Tells nobody, adds no audit entry, and may run beside
 * the stream. Answers how many accounts were brought in.
 */
export async function rebuildViews(dependencies: RebuildDependencies, organization: string): Promise<number> {
  let rebuilt = 0
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const listed = await dependencies.listings.listAccounts(organization, bucket)
    const keys: readonly AccountKey[] = listed.map(({ account }) => ({ organization, account }))
    for (let from = 0; from < keys.length; from += pageSize) {
      for (const record of await dependencies.accounts.readAccounts(keys.slice(from, from + pageSize))) {
        if (await rebuildAccount(dependencies, record)) rebuilt += 1
      }
    }
  }
  return rebuilt
}

/** Where the stream comes first, its word is the younger one. */
async function rebuildAccount({ projections }: RebuildDependencies, record: AccountRecord): Promise<boolean> {
  const item = { kind: 'account', organization: record.organization, account: record.account } as const
  const { projected, revision } = await projections.readProjected(item)
  const steps = projectStored(memberships(record), beforeEveryStream, projected)
  for (const [index, step] of steps.entries()) {
    if ((await projections.writeStep(item, step, revision + index)) === 'conflict') return false
  }
  return steps.length > 0
}

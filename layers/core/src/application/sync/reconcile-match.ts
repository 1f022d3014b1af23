import type { AccountListing } from '../../domain/reconcile/account-listing.ts'
import { added, type Tally } from '../../domain/reconcile/brake.ts'
import { BucketDigests } from '../../domain/reconcile/bucket-digests.ts'
import { bucketCount, hex, leafOf } from '../../domain/reconcile/fingerprints.ts'
import { unpackListed } from '../../domain/reconcile/listed-accounts.ts'
import type { Run, Suspect } from '../../domain/reconcile/run.ts'
import { settleOrBrake, walkAgain } from './reconcile-end.ts'
import { inChunks, withSuspects } from './reconcile-open.ts'
import type { ReconcileDependencies, Step } from './reconcile-step.ts'

/** Suspects after which a step is enough: they are written in one transaction. */
const enough = 4_000
const abreast = 8
const mostExamples = 10

/**
 * Holds every bucket of what the walk listed against the same bucket of what is stored. Buckets that agree are done with. In one
 * that differs, each account is looked up in what was listed: one that is not there, or that says something else than
 * is stored now, becomes a suspect. An account listed twice makes the walk worthless.
 */
export async function matchBuckets(dependencies: ReconcileDependencies, run: Run): Promise<Step> {
  const { listings, fingerprint } = dependencies
  const theirs = new BucketDigests(run.walk.digests)
  const suspects: Suspect[] = []
  let [losing, agreeing, bucket] = [run.losing, run.agreeing, run.bucket]
  let listed: ReadonlyMap<bigint, bigint> | undefined
  let suspected: ReadonlySet<string> | undefined
  while (bucket < bucketCount && suspects.length < enough) {
    const buckets = Array.from({ length: Math.min(abreast, bucketCount - bucket) }, (_, index) => bucket + index)
    const stored = await Promise.all(buckets.map((each) => listings.listAccounts(run.organization, each)))
    for (const [index, ours] of stored.entries()) {
      const leaf = leafIn(dependencies, run)
      const digests = new BucketDigests()
      for (const each of ours) if (each.standing === 'active') digests.add(fingerprint(each.account), leaf(each))
      if (digests.agrees(theirs, bucket + index)) {
        agreeing += 1
        continue
      }
      listed ??= await readListed(dependencies, run)
      suspected ??= await readSuspected(dependencies, run)
      if (listed.size < run.walk.listed) return walkAgain(dependencies, run, 'source_repeats_accounts')
      const found = suspectsAmong(
        ours.filter(({ account }) => suspected?.has(account) !== true),
        (each) => listed?.get(fingerprint(each.account)),
        leaf,
      )
      suspects.push(...found.suspects)
      losing = added(losing, found.losing)
    }
    bucket += buckets.length
  }
  const examples = [...run.examples, ...suspects.filter(({ why }) => why === 'unlisted').map(({ account }) => account)]
  const matched: Run = { ...run, losing, agreeing, bucket, examples: examples.slice(0, mostExamples) }
  const next = withSuspects(matched, suspects.length)
  const step = bucket < bucketCount ? { run: next } : settleOrBrake(dependencies, next)
  return suspects.length === 0 ? step : { ...step, beside: { ...step.beside, suspects: inChunks(run, suspects) } }
}

function leafIn({ fingerprint }: ReconcileDependencies, { walk }: Run) {
  return ({ account, digest, version }: AccountListing) =>
    leafOf(fingerprint, { account, digest, ...(walk.versioned === true && { version }) })
}

/** What the walk listed: leaves by names. An account listed twice is there once. */
async function readListed({ runs }: ReconcileDependencies, run: Run): Promise<ReadonlyMap<bigint, bigint>> {
  const pages = await runs.readPages(run, run.walk.attempt)
  return new Map(pages.flatMap((page) => unpackListed(page.listed)).map(({ name, leaf }) => [name, leaf]))
}

/** Who is to be asked for already. */
async function readSuspected({ runs }: ReconcileDependencies, run: Run): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (let { chunk } = run.suspects; chunk < run.suspects.chunks; chunk += 1) {
    for (const { account } of await runs.readSuspects(run, chunk)) names.add(account)
  }
  return names
}

function suspectsAmong(
  ours: readonly AccountListing[],
  listedLeaf: (listing: AccountListing) => bigint | undefined,
  leaf: (listing: AccountListing) => bigint,
): { readonly suspects: readonly Suspect[]; readonly losing: Tally } {
  const suspects: Suspect[] = []
  let losing: Tally = { accounts: 0, assignments: 0 }
  for (const listing of ours) {
    const { account, standing, assignments } = listing
    const theirs = listedLeaf(listing)
    if (theirs === undefined && standing === 'active') {
      suspects.push({ account, why: 'unlisted' })
      losing = added(losing, { accounts: 1, assignments })
    } else if (theirs !== undefined && (standing === 'active' || standing === 'inactive') && theirs !== leaf(listing)) {
      suspects.push({ account, why: 'changed', leaf: hex(theirs) })
    }
  }
  return { suspects, losing }
}

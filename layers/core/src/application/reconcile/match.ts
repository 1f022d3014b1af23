import type { AccountListing } from '../../domain/reconcile/account-listing.ts'
import { added, nothing, type Tally } from '../../domain/reconcile/brake.ts'
import { BucketDigests } from '../../domain/reconcile/bucket-digests.ts'
import { bucketCount, hex, leafOf } from '../../domain/reconcile/fingerprints.ts'
import { unpackListed } from '../../domain/reconcile/listed-accounts.ts'
import type { Run, Suspect } from '../../domain/reconcile/run.ts'
import { settleOrBrake, walkAgain } from './end.ts'
import { inChunks, withSuspects } from './open.ts'
import type { ReconcileDependencies, Step } from './step.ts'

/** Suspects after which a step is enough: they are written in one transaction. */
const enough = 4_000
const abreast = 4
const mostExamples = 10

/**
 * Holds every bucket of what the walk listed against the same bucket of what is stored. Buckets that agree are done with. In one
 * that differs, each account is looked up in what was listed: one that is not there, or that says something else than
 * is stored now, becomes a suspect. An account listed twice makes the walk worthless.
 */
export async function matchBuckets(dependencies: ReconcileDependencies, run: Run): Promise<Step> {
  const theirs = new BucketDigests(run.walk.digests)
  const leaf = leafIn(dependencies, run)
  const suspects: Suspect[] = []
  let { losing, agreeing, bucket } = run
  let walked: Walked | undefined
  for await (const ours of storedFrom(dependencies, run)) {
    if (digestOf(dependencies, ours, leaf).agrees(theirs, bucket)) agreeing += 1
    else {
      walked ??= await readWalked(dependencies, run)
      if (walked.listed.size < run.walk.listed) return walkAgain(dependencies, run, 'source_repeats_accounts')
      const found = suspectsAmong(dependencies, { ours, walked, leaf })
      suspects.push(...found.suspects)
      losing = added(losing, found.losing)
    }
    bucket += 1
    if (suspects.length >= enough) break
  }
  const unlisted = suspects.filter(({ why }) => why === 'unlisted').map(({ account }) => account)
  const examples = [...run.examples, ...unlisted].slice(0, mostExamples)
  const next = withSuspects({ ...run, losing, agreeing, bucket, examples }, suspects.length)
  const step = bucket < bucketCount ? { run: next } : settleOrBrake(dependencies, next)
  return suspects.length === 0 ? step : { ...step, beside: { ...step.beside, suspects: inChunks(run, suspects) } }
}

/** What is stored, bucket by bucket from where the run is, read ahead a little. */
async function* storedFrom({ listings }: ReconcileDependencies, run: Run): AsyncGenerator<readonly AccountListing[]> {
  for (let { bucket } = run; bucket < bucketCount; bucket += abreast) {
    const buckets = Array.from({ length: Math.min(abreast, bucketCount - bucket) }, (_, index) => bucket + index)
    yield* await Promise.all(buckets.map((each) => listings.listAccounts(run.organization, each)))
  }
}

type LeafOf = (listing: AccountListing) => bigint

/** Only accounts that are active and count, as in the digests of the walk. */
function digestOf(
  { fingerprint }: ReconcileDependencies,
  ours: readonly AccountListing[],
  leaf: LeafOf,
): BucketDigests {
  const digests = new BucketDigests()
  for (const each of ours) if (each.standing === 'active') digests.add(fingerprint(each.account), leaf(each))
  return digests
}

function leafIn({ fingerprint }: ReconcileDependencies, { walk }: Run): LeafOf {
  return ({ account, digest, version }) =>
    leafOf(fingerprint, { account, digest, ...(walk.versioned === true && { version }) })
}

/** What the walk listed, leaves by names (one listed twice is there once), and who is to be asked for already. */
interface Walked {
  readonly listed: ReadonlyMap<bigint, bigint>
  readonly suspected: ReadonlySet<string>
}

async function readWalked({ runs }: ReconcileDependencies, run: Run): Promise<Walked> {
  const pages = await runs.readPages(run, run.walk.attempt)
  const listed = new Map(pages.flatMap((page) => unpackListed(page.listed)).map(({ name, leaf }) => [name, leaf]))
  const suspected = new Set<string>()
  for (let { chunk } = run.suspects; chunk < run.suspects.chunks; chunk += 1) {
    for (const { account } of await runs.readSuspects(run, chunk)) suspected.add(account)
  }
  return { listed, suspected }
}

function suspectsAmong(
  { fingerprint }: ReconcileDependencies,
  { ours, walked, leaf }: { readonly ours: readonly AccountListing[]; readonly walked: Walked; readonly leaf: LeafOf },
): { readonly suspects: readonly Suspect[]; readonly losing: Tally } {
  const suspects: Suspect[] = []
  let losing = nothing
  for (const listing of ours) {
    const { account, standing, assignments } = listing
    if (walked.suspected.has(account)) continue
    const theirs = walked.listed.get(fingerprint(account))
    if (theirs === undefined && standing === 'active') {
      suspects.push({ account, why: 'unlisted' })
      losing = added(losing, { accounts: 1, assignments })
    } else if (theirs !== undefined && (standing === 'active' || standing === 'inactive') && theirs !== leaf(listing)) {
      suspects.push({ account, why: 'changed', leaf: hex(theirs) })
    }
  }
  return { suspects, losing }
}

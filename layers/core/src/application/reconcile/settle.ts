import { neverConfirmed } from '../../domain/assignment/marks.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import type { AccountRecord } from '../../domain/assignment/statement.ts'
import { contentDigest, type Fingerprint, hex, type Leaf, leafOf } from '../../domain/reconcile/fingerprints.ts'
import type { Run, RunCode, RunCounts, Suspect } from '../../domain/reconcile/run.ts'
import type { PullOutcome } from '../ports.ts'
import { type Pulled, pullAssignment } from '../pull-assignment.ts'
import { codeOfFailure, endRun, waitForSource } from './end.ts'
import type { ReconcileDependencies, Step } from './step.ts'

/** Accounts asked for in one step. */
const atOnce = 100
/** So many unlisted accounts may have come back meanwhile; more, and the walk was not all there is. */
const mostStillThere = 3

/**
 * Asks the source for the suspects one by one, each under the fence of the record as it is now, and stores what it says. One
 * that was settled meanwhile needs no asking. The run remembers how far it got; where the source
 * gives no answer, it waits at that account.
 */
export async function settleSuspects(
  dependencies: ReconcileDependencies,
  run: Run,
  organization: Organization,
): Promise<Step> {
  const { runs, accounts, clock, rules } = dependencies
  const began = clock()
  const { chunk, chunks, done } = run.suspects
  if (chunk >= chunks) return afterSuspects(dependencies, run)
  const all = await runs.readSuspects(run, chunk)
  const batch = all.slice(done, done + atOnce)
  const keys = batch.map(({ account }) => ({ organization: run.organization, account }))
  const records = new Map((await accounts.readAccounts(keys)).map((record) => [record.account, record]))
  let next = run
  let taken = 0
  for (const suspect of batch) {
    if (clock() - began > rules.stepMs) break
    const settled = await settle(dependencies, {
      suspect,
      run: next,
      organization,
      record: records.get(suspect.account),
    })
    if ('code' in settled) {
      const { code, retryAfterMs } = settled
      return waitForSource(
        dependencies,
        { ...next, suspects: { chunk, chunks, done: done + taken } },
        code,
        retryAfterMs,
      )
    }
    taken += 1
    next = { ...next, failures: 0, counts: settled.counts }
    if (next.distrust === undefined && next.counts.stillThere > mostStillThere) {
      next = { ...next, distrust: 'source_ended_early' }
    }
  }
  const left = done + taken < all.length
  const suspects = left ? { chunk, chunks, done: done + taken } : { chunk: chunk + 1, chunks, done: 0 }
  const settledRun = { ...next, suspects }
  return suspects.chunk < chunks ? { run: settledRun } : afterSuspects(dependencies, settledRun)
}

function afterSuspects(dependencies: ReconcileDependencies, run: Run): Step {
  return run.phase === 'sweep' ? { run: { ...run, phase: 'walk' } } : endRun(dependencies, run)
}

interface Asked {
  readonly suspect: Suspect
  readonly run: Run
  readonly organization: Organization
  readonly record: AccountRecord | undefined
}

type SettledSuspect =
  | { readonly counts: RunCounts }
  /** The source gave no answer. */
  | { readonly code: RunCode; readonly retryAfterMs?: number }

async function settle(
  dependencies: ReconcileDependencies,
  { suspect, run, organization, record }: Asked,
): Promise<SettledSuspect> {
  const { counts } = run
  // Nothing may be concluded from what a walk did not show that was not all there is.
  if (suspect.why === 'unlisted' && run.distrust !== undefined) return { counts: { ...counts, left: counts.left + 1 } }
  if (record !== undefined && isSettled(dependencies, { suspect, run, record })) {
    return { counts: { ...counts, agreed: counts.agreed + 1 } }
  }
  const key = { organization: run.organization, account: suspect.account }
  let last: PullOutcome | undefined
  const identityAdmin: Pick<ReconcileDependencies['identityAdmin'], 'readAccount'> = {
    readAccount: async (...question) => {
      last = await dependencies.identityAdmin.readAccount(...question)
      return last
    },
  }
  const { accounts, clock, rules } = dependencies
  const pulled = await pullAssignment({ accounts, identityAdmin, pullDeadlineMs: rules.pullDeadlineMs, clock }, key, {
    startedAt: clock(),
    known: record ?? 'absent',
    organization,
  })
  if (last?.outcome === 'timeout' || last?.outcome === 'unavailable') {
    const wait =
      last.outcome === 'unavailable' && last.retryAfterMs !== undefined ? { retryAfterMs: last.retryAfterMs } : {}
    return { code: codeOfFailure(last), ...wait }
  }
  return { counts: counted(dependencies, { ...counts, asked: counts.asked + 1 }, { suspect, before: record, pulled }) }
}

/** Whether what is stored needs no asking any more. Clocks differ, so it is told by content, never by the time of a confirmation. */
function isSettled(
  { fingerprint }: ReconcileDependencies,
  { suspect, run, record }: Pick<Asked, 'suspect' | 'run'> & { readonly record: AccountRecord },
): boolean {
  const confirmed = record.confirmedAt !== neverConfirmed
  switch (suspect.why) {
    case 'hinted':
      return confirmed
    case 'unlisted':
      return !confirmed || record.status === 'inactive'
    case 'changed':
      return confirmed && hex(leafOf(fingerprint, leafParts(fingerprint, record, run.walk))) === suspect.leaf
    default:
      return false
  }
}

function leafParts(fingerprint: Fingerprint, record: AccountRecord, { versioned }: Run['walk']): Leaf {
  const { account, version } = record
  return { account, digest: contentDigest(fingerprint, record), ...(versioned === true && { version }) }
}

function counted(
  { fingerprint }: ReconcileDependencies,
  counts: RunCounts,
  {
    suspect,
    before,
    pulled,
  }: { readonly suspect: Suspect; readonly before: AccountRecord | undefined; readonly pulled: Pulled },
): RunCounts {
  const { record, reason } = pulled
  if (record !== undefined && reason === undefined) {
    const same =
      before !== undefined &&
      before.confirmedAt !== neverConfirmed &&
      before.version === record.version &&
      contentDigest(fingerprint, before) === contentDigest(fingerprint, record)
    const there = suspect.why === 'unlisted' && record.status === 'active'
    return {
      ...counts,
      [same ? 'agreed' : 'repaired']: counts[same ? 'agreed' : 'repaired'] + 1,
      stillThere: counts.stillThere + (there ? 1 : 0),
    }
  }
  if (reason !== 'not_found') return { ...counts, left: counts.left + 1 }
  const didCount = before !== undefined && before.confirmedAt !== neverConfirmed
  return didCount ? { ...counts, withdrawn: counts.withdrawn + 1 } : { ...counts, agreed: counts.agreed + 1 }
}

import { neverConfirmed } from '../domain/assignment/apply-statement.ts'
import type { UnknownReason } from '../domain/assignment/state.ts'
import type { AccountKey, AccountRecord } from '../domain/assignment/statement.ts'
import type { AccountStore, ApplyOutcome, IdentityAdmin, KnownAccount, PullOutcome } from './ports.ts'

export interface PullDependencies {
  readonly accounts: Pick<AccountStore, 'applyStatement' | 'confirmUnchanged' | 'withdrawConfirmation'>
  readonly identityAdmin: Pick<IdentityAdmin, 'readAccount'>
  readonly pullDeadlineMs: number
}

/** What is known after a pull: the stored record, or the name of what went wrong; both where the source is behind. */
export type Pulled =
  | { readonly record: AccountRecord; readonly reason?: 'source_behind' }
  | { readonly record?: undefined; readonly reason: UnknownReason }

/**
 * Reads one account at the identity admin and stores what it says under the version guard. `startedAt` (epoch
 * milliseconds) becomes the moment of confirmation: the answer may be as old as the question. `known` is the record as the
 * store has just returned it; without a member of that name, nothing is known of what is stored.
 */
export async function pullAssignment(
  dependencies: PullDependencies,
  key: AccountKey,
  { startedAt, known }: { readonly startedAt: number; readonly known?: KnownAccount },
): Promise<Pulled> {
  const { accounts, identityAdmin, pullDeadlineMs: deadlineMs } = dependencies
  const record = known === 'absent' ? undefined : known
  const etag = record?.etag
  // Otherwise what the source has taken back would count again as soon as it cannot be reached.
  const forget = async (stored: AccountRecord | undefined) => {
    if (stored?.confirmedAt !== neverConfirmed) await accounts.withdrawConfirmation(key, startedAt, stored)
  }
  const answer = await identityAdmin.readAccount(key, etag === undefined ? { deadlineMs } : { deadlineMs, etag })
  if (answer.outcome === 'statement') {
    const { statement } = answer
    if (statement.organization !== key.organization || statement.account !== key.account) {
      return { reason: 'source_garbage' }
    }
    const confirmation = answer.etag === undefined ? {} : { etag: answer.etag }
    const applied = await accounts.applyStatement(statement, { confirmedAt: startedAt, ...confirmation }, known)
    if (applied.outcome === 'conflict') await forget(applied.record)
    return pulled(applied)
  }
  if (answer.outcome === 'not_found' && known !== 'absent') await forget(record)
  if (answer.outcome !== 'unchanged') return { reason: reasonOf(answer) }
  if (record === undefined || etag === undefined) return { reason: 'source_garbage' }
  const confirmed = await accounts.confirmUnchanged(key, record.version, startedAt, record)
  return confirmed.outcome === 'gone' ? pullAssignment(dependencies, key, { startedAt }) : pulled(confirmed)
}

function pulled(applied: ApplyOutcome): Pulled {
  switch (applied.outcome) {
    case 'applied':
      return { record: applied.record }
    case 'older':
      return { record: applied.record, reason: 'source_behind' }
    case 'conflict':
      return { reason: 'source_conflicts' }
    case 'gone':
      return { reason: 'never_confirmed' }
  }
}

function reasonOf({ outcome }: Exclude<PullOutcome, { outcome: 'statement' | 'unchanged' }>): UnknownReason {
  switch (outcome) {
    case 'not_found':
      return 'not_found'
    case 'timeout':
      return 'source_timeout'
    case 'unavailable':
      return 'source_unavailable'
    case 'refused':
      return 'source_refused_us'
    case 'garbage':
      return 'source_garbage'
    case 'partial':
      return 'source_partial'
  }
}

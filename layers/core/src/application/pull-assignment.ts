import type { Confirmation } from '../domain/assignment/apply-statement.ts'
import { neverConfirmed } from '../domain/assignment/marks.ts'
import type { Organization } from '../domain/assignment/organization.ts'
import type { UnknownReason } from '../domain/assignment/state.ts'
import type { AccountKey, AccountRecord, SourceStatement } from '../domain/assignment/statement.ts'
import { clockToleranceMs, isConfirmedSince, underHints } from '../domain/freshness/policy.ts'
import type { AccountStore, ApplyOutcome, Clock, IdentityAdmin, KnownAccount, PullOutcome } from './ports.ts'

export interface PullDependencies {
  readonly accounts: Pick<
    AccountStore,
    'readAccountAndOrganization' | 'applyStatement' | 'applyUnversioned' | 'confirmUnchanged' | 'withdrawConfirmation'
  >
  readonly identityAdmin: Pick<IdentityAdmin, 'readAccount'>
  /** For one question to the source. */
  readonly pullDeadlineMs: number
  readonly clock: Clock
}

/** What is known after a pull: the stored record, or the name of what went wrong; both where the source is behind. */
export type Pulled =
  | { readonly record: AccountRecord; readonly reason?: 'source_behind' }
  | { readonly record?: undefined; readonly reason: UnknownReason }

export interface PullQuestion {
  /** Becomes the moment of confirmation (epoch milliseconds): the answer may be as old as the question. */
  readonly startedAt: number
  /** The record as the store has just returned it. Without a member of that name, nothing is known of what is stored. */
  readonly known?: KnownAccount
  /** As read with `known`: its source is asked, and its hints came before this pull. */
  readonly organization?: Pick<Organization, 'identityAdmin' | 'dirtySince'>
}

/** How often the source is asked in one pull when hints or other writers come in between: a storm of hints is over soon. */
const rounds = 12
/** And for how long a question is begun again, in deadlines of one. */
const patience = 2

/**
 * Reads one account at the identity admin and stores what it says: with a version under the version guard, without one only
 * if nobody wrote or hinted since `known` was read. Otherwise reads and asks again, for a bounded time; what another writer
 * confirmed by a later read is taken as it is.
 */
export async function pullAssignment(
  dependencies: PullDependencies,
  key: AccountKey,
  question: PullQuestion,
): Promise<Pulled> {
  const { clock, pullDeadlineMs } = dependencies
  const until = clock() + patience * pullDeadlineMs
  let asked = question
  for (let round = 0; round < rounds && (round === 0 || clock() < until); round += 1) {
    const startedAt = afterHints(asked)
    const end = await ask(dependencies, key, { ...asked, startedAt })
    if (end === 'gone') {
      const { known: _, ...rest } = asked
      asked = rest
    } else if (end === 'fenced') {
      const { account, organization } = await dependencies.accounts.readAccountAndOrganization(key)
      if (account !== undefined && settled(account, organization, startedAt)) return { record: account }
      asked = {
        startedAt: question.startedAt,
        known: account ?? 'absent',
        ...(organization !== undefined && { organization }),
      }
    } else {
      return end
    }
  }
  return { reason: 'source_unsettled' }
}

/**
 * A pull that begins after a hint was read is later than the hint, whatever the clocks of the two machines say.
 */
function afterHints({ startedAt, known, organization }: PullQuestion): number {
  const record = known === 'absent' ? undefined : known
  const marks = [record?.dirtySince, record?.withdrawnSince, organization?.dirtySince]
  return Math.max(startedAt, ...marks.filter((mark) => mark !== undefined).map((mark) => mark + 1))
}

/** By a read that began after this pull, whatever the clock of the other writer. */
function settled(record: AccountRecord, organization: Organization | undefined, startedAt: number): boolean {
  return isConfirmedSince(underHints(record, organization ?? {}), startedAt + clockToleranceMs, startedAt)
}

async function ask(
  { accounts, identityAdmin, pullDeadlineMs: deadlineMs }: PullDependencies,
  key: AccountKey,
  { startedAt, known, organization }: PullQuestion,
): Promise<Pulled | 'fenced' | 'gone'> {
  const record = known === 'absent' ? undefined : known
  const etag = record?.etag
  const source = organization?.identityAdmin
  // Otherwise what the source has taken back would count again as soon as it cannot be reached.
  const forget = async (stored: AccountRecord | undefined) => {
    if (!isTakenBack(stored)) await accounts.withdrawConfirmation(key, startedAt, stored)
  }
  const answer = await identityAdmin.readAccount(key, {
    deadlineMs,
    ...(etag !== undefined && { etag }),
    ...(source !== undefined && { source }),
  })
  if (answer.outcome === 'statement') {
    const { statement } = answer
    if (statement.organization !== key.organization || statement.account !== key.account) {
      return { reason: 'source_garbage' }
    }
    const confirmation = {
      confirmedAt: startedAt,
      statedBy: source === undefined ? 'pull' : `pull ${source}`,
      ...(answer.etag !== undefined && { etag: answer.etag }),
    }
    const applied = await apply(accounts, statement, confirmation, known)
    if (applied.outcome === 'conflict') await forget(applied.record)
    return applied.outcome === 'fenced' ? 'fenced' : pulled(applied)
  }
  if (answer.outcome === 'not_found' && known !== 'absent') await forget(record)
  if (answer.outcome !== 'unchanged') return { reason: reasonOf(answer) }
  if (record === undefined || etag === undefined) return { reason: 'source_garbage' }
  const confirmed = await accounts.confirmUnchanged(key, record.version, startedAt, record)
  if (confirmed.outcome === 'gone') return 'gone'
  return confirmed.outcome === 'older' ? 'fenced' : pulled(confirmed)
}

/** Nothing counts, and what the source has said before the last hint or withdrawal never will. */
function isTakenBack(stored: AccountRecord | undefined): boolean {
  if (stored?.confirmedAt !== neverConfirmed || stored.withdrawnSince === undefined) return false
  return stored.withdrawnSince >= (stored.dirtySince ?? 0)
}

async function apply(
  accounts: PullDependencies['accounts'],
  statement: SourceStatement,
  confirmation: Confirmation,
  known: KnownAccount | undefined,
): Promise<ApplyOutcome | { readonly outcome: 'fenced' }> {
  if (statement.version !== undefined) return accounts.applyStatement(statement, confirmation, known)
  return known === undefined ? { outcome: 'fenced' } : accounts.applyUnversioned(statement, confirmation, known)
}

function pulled(applied: ApplyOutcome): Pulled | 'fenced' {
  switch (applied.outcome) {
    case 'applied':
      // A hint came in while the source was asked: its answer may be from before.
      return applied.record.confirmedAt === neverConfirmed ? 'fenced' : { record: applied.record }
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

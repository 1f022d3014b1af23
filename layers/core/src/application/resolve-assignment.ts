import type { ApplicationSettings, Organization } from '../domain/assignment/organization.ts'
import type { UnknownReason } from '../domain/assignment/state.ts'
import type { AccountKey, AccountRecord } from '../domain/assignment/statement.ts'
import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import {
  afterFailedPull,
  confirmationFloor,
  type FreshnessLimits,
  isConfirmedSince,
  underHints,
} from '../domain/freshness/policy.ts'
import type { AccountStore, Clock } from './ports.ts'
import { type PullDependencies, type Pulled, pullAssignment } from './pull-assignment.ts'
import type { PullQueue } from './pull-queue.ts'

export interface AssignmentDependencies extends PullDependencies {
  readonly accounts: AccountStore
  readonly pulls: PullQueue<Pulled>
  readonly limits: FreshnessLimits
  readonly clock: Clock
}

export interface AssignmentQuestion {
  readonly key: AccountKey
  readonly application: string
  /** Who vouches for the account; it must be the issuer of the organization. Absent for the holder of one of our own tokens. */
  readonly issuer?: string
  /** How long ago the assignment may have been confirmed. 0: by a read that starts after this call. */
  readonly assignmentMaxAgeMs?: number
}

export interface Assignment {
  readonly organization: Organization
  readonly settings: ApplicationSettings
  readonly record: AccountRecord
  /** True when the identity admin gave no answer and an older confirmation stands in for it. */
  readonly stale: boolean
}

/**
 * What is known of an account's roles, as fresh as asked for: from the store if confirmed recently, else pulled from the
 * identity admin. One read of the store, at most one write. Nothing is pulled for an issuer or an application that the
 * organization does not know. Refuses with `unknown_organization`, `wrong_organization`, `application_not_used`,
 * `unknown_account`, `unconfirmed` (younger than asked for cannot be had) or `unknown_assignment`; the evidence of the
 * last two names the `UnknownReason`.
 */
export async function resolveAssignment(
  dependencies: AssignmentDependencies,
  question: AssignmentQuestion,
): Promise<Outcome<Assignment>> {
  const { accounts, clock, limits, pulls } = dependencies
  const { key, assignmentMaxAgeMs } = question
  const arrivedAt = clock()
  const { account: stored, organization: read } = await accounts.readAccountAndOrganization(key)
  const settings = admit(read, question)
  if (!settings.ok) return settings
  const { organization } = settings.value
  const found = (record: AccountRecord, stale = false) => accept({ ...settings.value, record, stale })
  const known = stored && underHints(stored, organization)

  const maxAge = assignmentMaxAgeMs === undefined ? {} : { assignmentMaxAgeMs }
  const floor = confirmationFloor({ arrivedAt, ...maxAge }, limits)
  if (assignmentMaxAgeMs !== 0 && known !== undefined && isConfirmedSince(known, floor, arrivedAt)) return found(known)

  // A pull under way that began before a hint is no answer to a request that has read the hint.
  const since = Math.max(floor, stored?.dirtySince ?? floor, organization.dirtySince ?? floor)
  const pulled = await pulls.join(JSON.stringify([key.organization, key.account]), since, (startedAt) =>
    pullAssignment(dependencies, key, { startedAt, known: stored ?? 'absent', organization }),
  )
  const now = clock()
  const record = pulled.record === undefined ? known : underHints(pulled.record, organization)
  if (pulled.record !== undefined && record !== undefined && isConfirmedSince(record, floor, now)) return found(record)
  const reason = pulled.reason ?? 'confirmation_too_old'
  const left = afterFailedPull(record, reason, { now, limits, ...maxAge })
  if (left === 'stale' && record !== undefined) return found(record, true)
  return left === 'unconfirmed' ? refuse('unconfirmed', { reason }) : unknown(reason)
}

function admit(
  organization: Organization | undefined,
  { issuer, application }: AssignmentQuestion,
): Outcome<{ readonly organization: Organization; readonly settings: ApplicationSettings }> {
  if (organization === undefined) return refuse('unknown_organization')
  if (issuer !== undefined && issuer !== organization.issuer) return refuse('wrong_organization')
  const settings = Object.hasOwn(organization.applications, application) && organization.applications[application]
  return settings ? accept({ organization, settings }) : refuse('application_not_used', { application })
}

function unknown(reason: UnknownReason) {
  return reason === 'not_found' ? refuse('unknown_account') : refuse('unknown_assignment', { reason })
}

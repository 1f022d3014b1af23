import type { Policy } from '../catalog/catalog.ts'
import { isConfirmedSince } from '../freshness/policy.ts'
import type { ApplicationSettings } from './organization.ts'
import { rolesIn } from './role-names.ts'
import type { AssignmentState, UnknownReason } from './state.ts'
import type { AccountRecord } from './statement.ts'

export interface StateQuestion {
  readonly application: string
  /** The organization's settings for the application. */
  readonly settings: ApplicationSettings
  readonly policy: Pick<Policy, 'empty'>
  /** Epoch milliseconds. */
  readonly now: number
  /** A confirmation older than this is as good as none. */
  readonly maxAgeMs: number
  /** How the latest pull failed; becomes the reason where nothing is known. */
  readonly failure?: UnknownReason
}

/**
 * The state of an account in one application. `full` needs all of: a complete statement of the source, confirmed
 * recently, that says active and names no role of this application; a catalog whose policy knows default-full access; an
 * organization that opted in. A role that was deleted since still counts as a role, so losing its definition never leads
 * to `full`. What is not known is `unknown`, whatever the record said when it was confirmed.
 */
export function deriveState(record: AccountRecord | undefined, question: StateQuestion): AssignmentState {
  const { application, settings, policy, now, maxAgeMs, failure } = question
  if (record === undefined) return { state: 'unknown', reason: failure ?? 'never_confirmed' }
  if (!isConfirmedSince(record, now - maxAgeMs, now)) {
    return { state: 'unknown', reason: failure ?? 'confirmation_too_old' }
  }
  if (record.status !== 'active') return { state: 'inactive' }
  const roles = rolesIn(application, record.roles)
  if (roles.length === 0 && policy.empty === 'full_access' && settings.defaultFull === true) return { state: 'full' }
  return { state: 'roles', roles }
}

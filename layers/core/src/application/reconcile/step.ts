import type { RoleAssignment } from '../../domain/assignment/statement.ts'
import type { BrakeRule } from '../../domain/reconcile/brake.ts'
import type { Fingerprint } from '../../domain/reconcile/fingerprints.ts'
import type { Run } from '../../domain/reconcile/run.ts'
import type { AccountStore, Clock, IdentityAdmin, OrganizationStore } from '../ports.ts'
import type { Listings, NewAccounts, RunStore, RunWrite } from '../sync/ports.ts'
import type { KnownAccounts } from './known-accounts.ts'

export interface ReconcileDependencies {
  readonly accounts: AccountStore
  readonly newAccounts: NewAccounts
  readonly organizations: Pick<OrganizationStore, 'readOrganization'>
  readonly identityAdmin: IdentityAdmin
  readonly listings: Listings
  readonly runs: RunStore
  readonly known: KnownAccounts
  readonly fingerprint: Fingerprint
  readonly clock: Clock
  /** A name that nobody else has. */
  readonly newId: () => string
  /** Whether holding this added role can take something away. */
  readonly mayNarrow?: (added: RoleAssignment) => boolean
  readonly rules: ReconcileRules
}

/** Milliseconds, where nothing else is said. */
export interface ReconcileRules {
  /** For one page. */
  readonly pageDeadlineMs: number
  /** For one account. */
  readonly pullDeadlineMs: number
  /** Longer than a step takes: after it, another invocation may take the run up. */
  readonly leaseMs: number
  /** A step that asks for accounts one by one begins no new one after so long. */
  readonly stepMs: number
  /** From the end of a run to the next. */
  readonly everyMs: number
  /** The same after a run that failed or left something. */
  readonly againMs: number
  /** From the end of a run to one that a hint about the whole organization asks for. */
  readonly hintedEveryMs: number
  readonly brake: BrakeRule
}

/** What a step leaves: the run as it is to be stored, and what is written with it. */
export interface Step {
  readonly run: Run
  readonly beside?: RunWrite
}

import type { UnknownReason } from '../../domain/assignment/state.ts'
import type { AccountKey } from '../../domain/assignment/statement.ts'
import type { AccountStore, Clock } from '../ports.ts'
import { type PullDependencies, pullAssignment } from '../pull-assignment.ts'

export interface SettleDependencies extends PullDependencies {
  readonly accounts: PullDependencies['accounts'] & Pick<AccountStore, 'markDirty'>
  readonly clock: Clock
}

/**
 * `settled`: the source was asked after the hint, and what it said is stored (that it knows no such account is an answer,
 * too). `absent`: neither the store nor the source knows the account, or the organization is not ours. `failed`: the source gave
 * no usable answer; the account stays dirty, so nothing is minted for it, and the hint is worth repeating.
 */
export type Settled =
  | { readonly outcome: 'settled' }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'failed'; readonly reason: UnknownReason }

/**
 * Something about an account may have changed at its source: what was confirmed before no longer counts, and the source is asked
 * anew. `hintedAt` (epoch milliseconds) is when the hint reached us, by our clock. An account that is not stored is pulled, too: a
 * first pull may be under way that began before the hint. Repeating a hint is harmless and costs one pull.
 */
export async function settleAccount(
  dependencies: SettleDependencies,
  key: AccountKey,
  { hintedAt }: { readonly hintedAt: number },
): Promise<Settled> {
  const { accounts, clock } = dependencies
  const marked = await accounts.markDirty(key, hintedAt)
  const { account, organization } = await accounts.readAccountAndOrganization(key)
  if (organization === undefined) return { outcome: 'absent' }
  const startedAt = clock()
  const { record, reason } = await pullAssignment(dependencies, key, {
    startedAt,
    known: account ?? 'absent',
    organization,
  })
  if (record !== undefined && reason === undefined) return { outcome: 'settled' }
  if (reason === 'not_found') return { outcome: marked === 'absent' ? 'absent' : 'settled' }
  return { outcome: 'failed', reason: reason ?? 'never_confirmed' }
}

import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'

/** What is known of one account (and scope): the newest grant seen, or that it was refused since. */
export interface AccountKnowledge {
  /** Rises with every change; -1 once the account has been forgotten. */
  version: number
  newest?: HeldGrant
  /** The highest revisions seen, each by itself: a grant below either is outdated. */
  account: number
  organization: number
  /** An authoritative refusal of the account; it is about every grant confirmed `until` then (epoch milliseconds). */
  refused?: { readonly refusal: Refusal; readonly until: number } | undefined
  /** When a deny may be resolved again, epoch milliseconds. */
  resolveAgainAt: number
  /** A resolution that is under way. */
  resolving?: Promise<Outcome<HeldGrant>> | undefined
  /** When the newest grant was asked for: what the change feed had said by then (its version), and from when the answer is. */
  renewed?: { readonly cutoffs: number; readonly issuedAt: number }
  /** When a stale token may be resolved again after that came to nothing, epoch milliseconds. */
  renewAgainAt?: number
}

/** By the revisions both were computed from, then by when the assignment was confirmed, then by when they were minted. */
function isNewer({ holder: left }: HeldGrant, { holder: right }: HeldGrant): boolean {
  const difference =
    left.revision[0] - right.revision[0] ||
    left.revision[1] - right.revision[1] ||
    left.confirmedAt - right.confirmedAt ||
    left.issuedAt - right.issuedAt
  return difference > 0
}

/**
 * Remembers the newest grant per account, so that an older token is judged by what is known since (a role removed, a role
 * added, an account that became inactive). Bounded in two generations of at most `capacity` accounts; what is forgotten is
 * bounded by the tokens' life.
 */
export function rememberAccounts(capacity = 2000): (held: HeldGrant) => AccountKnowledge {
  let young = new Map<string, AccountKnowledge>()
  let old = new Map<string, AccountKnowledge>()
  return ({ holder }) => {
    const key = keyOf(holder)
    let known = young.get(key)
    if (known !== undefined) return known
    known = old.get(key) ?? { version: 0, account: 0, organization: 0, resolveAgainAt: 0 }
    old.delete(key)
    if (young.size >= capacity) {
      for (const forgotten of old.values()) forgotten.version = -1
      old = young
      young = new Map()
    }
    young.set(key, known)
    return known
  }
}

/** One text per organization, account and scope: lengths say where each ends, and a scope is told from none. */
function keyOf({ organization, account, scope }: HeldGrant['holder']): string {
  return `${organization.length},${account.length},${scope === undefined},${organization}${account}${scope}`
}

/** The grant of `held` in the hands of who presented `token`, for as long as that token lives; both of one account. */
export function heldWith({ holder, grant, carried }: HeldGrant, token: HeldGrant): HeldGrant {
  const { client, expiresAt } = token.holder
  return { holder: { ...holder, client, expiresAt }, grant, carried }
}

/** Takes note of a grant of the account. */
export function note(known: AccountKnowledge, grant: HeldGrant): void {
  const { issuedAt, confirmedAt, revision } = grant.holder
  const [account, organization] = revision
  const { newest } = known
  const outlived = known.refused !== undefined && confirmedAt * 1000 > known.refused.until
  // Revisions go back only where a store was restored to an earlier moment; the past ends with the tokens minted in it.
  const past = newest !== undefined && issuedAt > newest.holder.issuedAt + tokenLife.most
  const newer = newest === undefined || past || isNewer(grant, newest)
  if (!outlived && !newer && account <= known.account && organization <= known.organization) return
  known.version++
  if (outlived) known.refused = undefined
  if (newer) known.newest = grant
  if (past) known.account = known.organization = 0
  known.account = Math.max(known.account, account)
  known.organization = Math.max(known.organization, organization)
}

/**
 * The grant by which a token is judged: its own, or the newest known of the account (never beyond the token's own life).
 * Refuses with what is known of the account since, or with `stale` where both are below what has been seen.
 */
export function judgedBy(known: AccountKnowledge, grant: HeldGrant): Outcome<HeldGrant> {
  const { refused, newest } = known
  if (refused !== undefined && grant.holder.confirmedAt * 1000 <= refused.until)
    return { ok: false, refusal: refused.refusal }
  const best = newest !== undefined && isNewer(newest, grant) ? heldWith(newest, grant) : grant
  const [account, organization] = best.holder.revision
  return account < known.account || organization < known.organization ? refuse('stale') : accept(best)
}

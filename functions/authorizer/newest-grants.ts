import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'

/** What is known of one account (and scope): the newest grant seen, or that it was refused since. */
export interface AccountKnowledge {
  /** Rises with every change; -1 once the account has been forgotten. */
  version: number
  newest?: HeldGrant
  /** An authoritative refusal of the account, and when (epoch seconds). */
  refused?: { readonly refusal: Refusal; readonly at: number } | undefined
  /** When a deny may be resolved again, epoch milliseconds. */
  resolveAgainAt: number
  /** A resolution that is under way. */
  resolving?: Promise<Outcome<HeldGrant>> | undefined
}

/** How one grant stands to another of the same account. `mixed`: each is newer in one respect, so both are outdated. */
export type Order = 'newer' | 'older' | 'same' | 'mixed'

/** Compares by the revisions both were computed from, then by when the assignment was confirmed, then by age. */
export function compare({ holder: left }: HeldGrant, { holder: right }: HeldGrant): Order {
  const account = left.revision[0] - right.revision[0]
  const organization = left.revision[1] - right.revision[1]
  if (account * organization < 0) return 'mixed'
  const difference = account + organization || left.confirmedAt - right.confirmedAt || left.issuedAt - right.issuedAt
  return difference === 0 ? 'same' : difference > 0 ? 'newer' : 'older'
}

/**
 * Remembers the newest grant per account, so that an older token is judged by what is known since (a role removed, a role
 * added, an account that became inactive). Bounded in two generations; what is forgotten is bounded by the tokens' life.
 */
export class NewestGrants {
  #young = new Map<string, AccountKnowledge>()
  #old = new Map<string, AccountKnowledge>()
  readonly #capacity: number

  constructor(capacity = 2000) {
    this.#capacity = capacity
  }

  of({ holder }: HeldGrant): AccountKnowledge {
    const key = JSON.stringify([holder.organization, holder.account, holder.scope ?? null])
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    const known: AccountKnowledge = old ?? { version: 0, resolveAgainAt: 0 }
    if (this.#young.size >= this.#capacity) this.#forget()
    this.#young.set(key, known)
    this.#old.delete(key)
    return known
  }

  #forget(): void {
    for (const known of this.#old.values()) known.version = -1
    this.#old = this.#young
    this.#young = new Map()
  }
}

/** The grant of `held` in the hands of who presented `token`, for as long as that token lives; both of one account. */
export function heldWith(held: HeldGrant, token: HeldGrant): HeldGrant {
  const { client, expiresAt } = token.holder
  return { ...held, holder: { ...held.holder, client, expiresAt } }
}

/** Takes note of a grant of the account; an older one changes nothing. */
export function note(known: AccountKnowledge, grant: HeldGrant): void {
  const outlived = known.refused !== undefined && grant.holder.issuedAt > known.refused.at
  const order = known.newest === undefined ? 'newer' : compare(grant, known.newest)
  if (outlived) known.refused = undefined
  if (order === 'newer') known.newest = grant
  if (outlived || order === 'newer') known.version++
}

/**
 * The grant by which a token is judged: its own, or the newest known of the account (never beyond the token's own life).
 * Refuses with what is known of the account since, or with `stale` when token and knowledge contradict each other.
 */
export function judgedBy(known: AccountKnowledge, grant: HeldGrant): Outcome<HeldGrant> {
  if (known.refused !== undefined && grant.holder.issuedAt <= known.refused.at) {
    return { ok: false, refusal: known.refused.refusal }
  }
  const { newest } = known
  if (newest === undefined || newest === grant) return accept(grant)
  const order = compare(newest, grant)
  if (order === 'mixed') return refuse('stale')
  return accept(order === 'newer' ? heldWith(newest, grant) : grant)
}

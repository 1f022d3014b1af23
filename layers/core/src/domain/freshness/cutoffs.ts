import type { TokenClaims } from '../claims/token-claims.ts'

/**
 * Tokens below a cutoff are stale. `account` and `organization`: the lowest revision that counts (`rev` of the token).
 * `application`: the first second, as epoch seconds, in which a token must have been issued. `key`: no token counts that
 * is signed with the key (an emergency removal).
 */
export type Cutoff =
  | { readonly scope: 'account'; readonly organization: string; readonly account: string; readonly minimum: number }
  | { readonly scope: 'organization'; readonly organization: string; readonly minimum: number }
  | { readonly scope: 'application'; readonly application: string; readonly minimum: number }
  | { readonly scope: 'key'; readonly kid: string }

/** What a cutoff is compared with: of a token that is otherwise verified. */
export type CutoffSubject = Pick<TokenClaims, 'org' | 'sub' | 'aud' | 'iat' | 'rev'> & { readonly kid: string }

/**
 * Whether a token still counts. `unavailable`: it cannot be told, and the caller refuses. The seam between an authorizer
 * and whatever tells it of changes; it answers from memory.
 */
export type Freshness = (token: CutoffSubject) => 'fresh' | 'stale' | 'unavailable'

/** Cutoffs by what they apply to; of several for the same, the highest. */
export interface CutoffIndex {
  readonly accounts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly organizations: ReadonlyMap<string, number>
  readonly applications: ReadonlyMap<string, number>
  readonly keys: ReadonlySet<string>
}

/** Neither the order nor the repetition of cutoffs makes a difference. */
export function indexCutoffs(cutoffs: Iterable<Cutoff>): CutoffIndex {
  const accounts = new Map<string, Map<string, number>>()
  const organizations = new Map<string, number>()
  const applications = new Map<string, number>()
  const keys = new Set<string>()
  for (const cutoff of cutoffs) {
    switch (cutoff.scope) {
      case 'account': {
        const within = accounts.get(cutoff.organization) ?? new Map<string, number>()
        accounts.set(cutoff.organization, within)
        raise(within, cutoff.account, cutoff.minimum)
        break
      }
      case 'organization':
        raise(organizations, cutoff.organization, cutoff.minimum)
        break
      case 'application':
        raise(applications, cutoff.application, cutoff.minimum)
        break
      case 'key':
        keys.add(cutoff.kid)
    }
  }
  return { accounts, organizations, applications, keys }
}

/** True only when the token is at or above EVERY cutoff that applies to it: none masks another. */
export function isAboveCutoffs(index: CutoffIndex, token: CutoffSubject): boolean {
  const [account, organization] = token.rev
  return (
    reaches(account, index.accounts.get(token.org)?.get(token.sub)) &&
    reaches(organization, index.organizations.get(token.org)) &&
    reaches(token.iat, index.applications.get(token.aud)) &&
    !index.keys.has(token.kid)
  )
}

/** Judges by the cutoffs that `read` gives; `undefined` means that they cannot be told just now. */
export function freshnessByCutoffs(read: () => CutoffIndex | undefined): Freshness {
  return (token) => {
    const index = read()
    if (index === undefined) return 'unavailable'
    return isAboveCutoffs(index, token) ? 'fresh' : 'stale'
  }
}

/** Not `value < minimum`: what is not a number reaches nothing. */
function reaches(value: number, minimum: number | undefined): boolean {
  return minimum === undefined || value >= minimum
}

function raise(minimums: Map<string, number>, key: string, minimum: number): void {
  const before = minimums.get(key)
  if (before === undefined || !(minimum <= before)) minimums.set(key, minimum)
}

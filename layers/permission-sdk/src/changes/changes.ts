import { type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import type { GrantHolder } from '../held-grant.ts'
import type { FreshnessAges } from './ages.ts'
import { fetchChangesFrom } from './fetch-changes.ts'
import { ChangeFollower, type FetchChanges } from './follow-changes.ts'

/** Where removals are learnt from: the feed of the token service, at a URL that ends in `/` or by a way of your own. */
export type ChangesOptions = Partial<FreshnessAges> &
  ({ readonly tokenServiceUrl: string } | { readonly fetchChanges: FetchChanges })

/** What a request may come to; `mayWrite` where nothing is said. */
export interface RequestKind {
  /** False for GET, HEAD and OPTIONS: while the feed cannot be read, these are accepted for longer. */
  readonly mayWrite?: boolean
}

/** Judges verified tokens by what has been taken away since. */
export interface FreshnessCheck {
  /** `stale`, or `freshness_unknown` where the feed has to be read first or could not be for too long. */
  check(holder: GrantHolder, kind?: RequestKind): Refusal | undefined
  /** As `check`, after reading the feed where that helps. Never rejects. */
  settle(holder: GrantHolder, kind?: RequestKind): Promise<Refusal | undefined>
}

export function checkFreshness(
  { application, clock, onRemovedKey }: FreshnessParts,
  options: ChangesOptions,
): FreshnessCheck {
  const { fetchChanges, ...ages } =
    'fetchChanges' in options
      ? options
      : { ...options, fetchChanges: fetchChangesFrom(options.tokenServiceUrl, application) }
  const follower = new ChangeFollower({ fetchChanges, clock, ages, onRemovedKey })

  function refusalOf(freshness: ReturnType<ChangeFollower['judge']>): Refusal | undefined {
    if (freshness === 'fresh') return undefined
    return refuse(freshness === 'stale' ? 'stale' : 'freshness_unknown').refusal
  }

  return {
    check: (holder, { mayWrite = true } = {}) => refusalOf(follower.judge(holder, { mayWrite })),
    settle: async (holder, { mayWrite = true } = {}) => {
      const first = follower.judge(holder, { mayWrite })
      if (first !== 'wait') return refusalOf(first)
      await follower.catchUp()
      return refusalOf(follower.judge(holder, { mayWrite, waited: true }))
    },
  }
}

export interface FreshnessParts {
  readonly application: string
  readonly clock: () => number
  readonly onRemovedKey: (kid: string) => void
}

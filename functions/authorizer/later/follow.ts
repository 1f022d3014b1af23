import { type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import type { IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { ChangeFollower, type Freshness } from '@rolecast/permission-sdk/parts/changes/follow-changes'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import type { TokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import type { AuthorizerConfig } from '../config.ts'
import type { TokenService } from './token-service.ts'

export interface FollowingDependencies {
  readonly verifier: Pick<TokenVerifier<HeldGrant>, 'updateKeys'>
  readonly tokenService: Pick<TokenService, 'fetchChanges' | 'withoutKey'>
  readonly clock: () => number
  readonly config: Pick<AuthorizerConfig, 'freshnessMs' | 'resultCacheSeconds'>
  readonly write: (entry: UnreadEntry) => void
}

/** One line about a change feed that cannot be read for longer than the bound; an alarm counts them. */
export interface UnreadEntry {
  readonly event: 'changes_unread'
  /** How old what is known of removals is, seconds, and whether this request was refused for it. */
  readonly age: number
  readonly refused: boolean
}

/** Methods by which nothing is changed (RFC 9110 section 9.2.1), as far as products keep to it. */
const readOnly: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'OPTIONS'])
const logEveryMs = 10_000

/** Follows the change feed of the token service, by the settings of the authorizer. */
export function followChanges({ verifier, tokenService, clock, config, write }: FollowingDependencies) {
  const { freshnessMs, resultCacheSeconds } = config
  const [pollMs = 0, boundMs = 0, refuseWritesAfterMs = 0, refuseAllAfterMs = 0] = freshnessMs
  const feed = new ChangeFollower({
    fetchChanges: tokenService.fetchChanges,
    clock,
    ages: { pollMs, boundMs, refuseWritesAfterMs, refuseAllAfterMs },
    onRemovedKey: (kid) => void verifier.updateKeys(tokenService.withoutKey(kid)),
  })
  let loggedAt = Number.NEGATIVE_INFINITY

  function verdict(freshness: Freshness, { holder }: HeldGrant): Refusal | undefined {
    const now = clock()
    const age = Math.min(now - feed.asOf, now - holder.issuedAt * 1000)
    const refused = freshness === 'unknown'
    if (freshness !== 'stale' && age > boundMs && Math.abs(now - loggedAt) >= logEveryMs) {
      loggedAt = now
      write({ event: 'changes_unread', age: Math.round(age / 1000), refused })
    }
    // A stale token is no refusal here: it is resolved.
    return refused ? refuse('freshness_unknown').refusal : undefined
  }

  return {
    feed,
    /** With the gateway's cache on, one answer serves other methods, too: it is judged as the strictest of them. */
    settle: (held: HeldGrant, route: IndexedRoute | undefined): Refusal | undefined | Promise<Refusal | undefined> => {
      // What a strong route is judged by is confirmed for the very request.
      if (feed.keepsUp(clock()) || route?.strong === true) return undefined
      const mayWrite = resultCacheSeconds > 0 || !readOnly.has(route?.method)
      const freshness = feed.judge(held.holder, { mayWrite })
      if (freshness !== 'wait') return verdict(freshness, held)
      return feed.catchUp().then(() => verdict(feed.judge(held.holder, { mayWrite, waited: true }), held))
    },
  }
}

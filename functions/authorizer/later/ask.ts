import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { clockToleranceMs } from '@rolecast/core/domain/freshness/policy'
import type { IndexedRoute } from '@rolecast/core/domain/grant/decide'
import type { ChangeFollower } from '@rolecast/permission-sdk/parts/changes/follow-changes'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import type { TokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import type { AuthorizerConfig } from '../config.ts'
import type { Judgement } from '../judge.ts'
import { type AccountKnowledge, heldWith, note } from '../newest-grants.ts'
import { type FollowingDependencies, followChanges } from './follow.ts'
import { aboutAccount, notResolvable, unanswered } from './refusals.ts'
import { SignIns } from './sign-ins.ts'
import type { TokenService } from './token-service.ts'

export interface AskingDependencies extends FollowingDependencies {
  readonly verifier: TokenVerifier<HeldGrant>
  readonly tokenService: Pick<TokenService, 'exchange' | 'fetchChanges' | 'withoutKey'>
  readonly clock: () => number
  readonly config: Pick<
    AuthorizerConfig,
    'issuer' | 'providers' | 'resultCacheSeconds' | 'denyResolveSeconds' | 'freshnessMs'
  >
  /** The application's assignments take effect at the next sign-in: a deny is not resolved again. */
  readonly nextSignIn: boolean
}

/** A stale token that could not be resolved is not asked about with every single request. */
const renewEveryMs = 1_000

/** A token that was presented, the grant it carries, and what is known of its account. */
interface Asked {
  readonly token: string
  readonly held: HeldGrant
  readonly known: AccountKnowledge
}

/** With the route it was presented on, what it came to so far, and ways to judge anew. */
export interface Presented extends Asked {
  readonly route: IndexedRoute | undefined
  readonly judgement: Judgement
  /** By what is known of the account now. */
  readonly again: () => Judgement
  readonly decide: (judged: Outcome<HeldGrant>, route: IndexedRoute | undefined) => Judgement
}

/** What only the token service can say. */
export interface Asking {
  readonly signIns: SignIns
  readonly feed: Pick<ChangeFollower, 'version' | 'asOf'>
  /** The newest grant known of an account, or `stale` where something was taken away since it was computed. */
  unlessStale(newest: Outcome<HeldGrant>, known: AccountKnowledge): Outcome<HeldGrant>
  /** Whether it can be told what was taken away since a token was issued; reads the change feed where it has to. */
  settle(held: HeldGrant, route: IndexedRoute | undefined): Refusal | undefined | Promise<Refusal | undefined>
  /**
   * A `strong` route is judged by what is confirmed for this very request. A deny may be out of date: it is resolved once more, so
   * that a role just granted works at the next access; and a token that is `stale` is resolved at once, so that nobody is logged out.
   */
  judgeFurther(presented: Presented): Promise<Judgement>
}

export function createAsking(dependencies: AskingDependencies): Asking {
  const { verifier, tokenService, clock, config, nextSignIn } = dependencies
  const { denyResolveSeconds } = config
  const { feed, settle } = followChanges(dependencies)

  /** Resolves; an answer that is below a cutoff, because the two crossed, once more, confirmed for this very request. */
  async function exchange(asked: Asked, assignmentMaxAge: number | undefined): Promise<Outcome<HeldGrant>> {
    const first = await exchangeOnce(asked, assignmentMaxAge)
    if (!first.ok || !feed.isStale(first.value.holder, true)) return first
    const second = await exchangeOnce(asked, 0)
    return second.ok && feed.isStale(second.value.holder, true) ? refuse('stale') : second
  }

  async function exchangeOnce(
    { token, held, known }: Asked,
    assignmentMaxAge: number | undefined,
  ): Promise<Outcome<HeldGrant>> {
    const cutoffs = feed.version
    const { refused } = known
    const answer = await tokenService.exchange(token, assignmentMaxAge)
    if (!answer.ok) {
      if (aboutAccount.has(answer.refusal.code)) {
        known.refused = { refusal: answer.refusal, until: clock() + clockToleranceMs }
        known.version++
      }
      return answer
    }
    const fresh = await verifier.verify(answer.value)
    if (!fresh.ok) return fresh
    if (!isSameHolder(fresh.value, held)) return refuse('wrong_organization')
    // What was asked for after the refusal had arrived is younger; a refusal learnt meanwhile stays.
    if (refused !== undefined && known.refused === refused) {
      known.refused = undefined
      known.version++
    }
    known.renewed = { cutoffs, issuedAt: fresh.value.holder.issuedAt }
    known.version++
    note(known, fresh.value)
    return fresh
  }

  return {
    signIns: new SignIns(dependencies),
    feed,
    settle,

    unlessStale: (newest, { renewed }) => {
      if (!newest.ok) return newest
      const { holder } = newest.value
      const justIssued = renewed?.cutoffs === feed.version && holder.issuedAt >= renewed.issuedAt
      return feed.isStale(holder, justIssued) ? refuse('stale') : newest
    },

    judgeFurther: async ({ route, judgement, again, decide, ...asked }) => {
      if (route?.strong === true) return decide(await confirm(asked), route)
      let judged = judgement
      // A stale token was resolved by what is stored: a deny of that may be out of date like any other.
      for (let round = 0; round < 2 && judged.refusal !== undefined; round++) {
        const fresh = await resolveOnce(asked, judged.refusal)
        if (fresh === undefined) break
        judged = fresh.ok ? again() : fresh
      }
      return judged
    },
  }

  /** The assignment is confirmed by a read that starts after this call, or it is `unconfirmed`. */
  async function confirm(asked: Asked): Promise<Outcome<HeldGrant>> {
    const startedAt = clock()
    const fresh = await exchange(asked, 0)
    if (!fresh.ok) return unanswered.has(fresh.refusal.code) ? refuse('unconfirmed') : fresh
    const floor = Math.floor(startedAt / 1000) * 1000 - clockToleranceMs
    if (fresh.value.holder.confirmedAt * 1000 < floor) return refuse('unconfirmed')
    return accept(heldWith(fresh.value, asked.held))
  }

  /** `undefined`: nothing new, it is too early to ask again, or no role can change the refusal. */
  async function resolveOnce(asked: Asked, refusal: Refusal | undefined): Promise<Outcome<HeldGrant> | undefined> {
    const { known } = asked
    const joined = known.resolving !== undefined
    if (refusal === undefined) return undefined
    const isStale = refusal.code === 'stale'
    if (!isStale && (nextSignIn || denyResolveSeconds === 0 || notResolvable.has(refusal.code))) return undefined
    if (known.resolving === undefined) {
      const now = clock()
      if (now < (isStale ? (known.renewAgainAt ?? 0) : known.resolveAgainAt)) return undefined
      if (!isStale) known.resolveAgainAt = now + denyResolveSeconds * 1000
      known.resolving = exchange(asked, isStale ? undefined : denyResolveSeconds)
        .then((outcome) => {
          if (isStale && !outcome.ok) known.renewAgainAt = clock() + renewEveryMs
          return outcome
        })
        .finally(() => {
          known.resolving = undefined
        })
    }
    const fresh = await known.resolving
    if (fresh.ok || aboutAccount.has(fresh.refusal.code)) return fresh
    // Of those who joined, each has a token of its own: what was refused of the token that asked says nothing of theirs.
    return joined || unanswered.has(fresh.refusal.code) ? undefined : fresh
  }
}

function isSameHolder({ holder: a }: HeldGrant, { holder: b }: HeldGrant): boolean {
  return a.account === b.account && a.organization === b.organization && a.scope === b.scope
}

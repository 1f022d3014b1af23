import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { clockToleranceMs } from '@rolecast/core/domain/freshness/policy'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import type { TokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import type { AuthorizerConfig } from '../config.ts'
import { type AccountKnowledge, heldWith, note } from '../newest-grants.ts'
import { aboutAccount, notResolvable, unanswered } from './refusals.ts'
import { SignIns } from './sign-ins.ts'
import type { TokenService } from './token-service.ts'

export interface AskingDependencies {
  readonly verifier: Pick<TokenVerifier<HeldGrant>, 'verify' | 'verifySync'>
  readonly tokenService: Pick<TokenService, 'exchange'>
  readonly clock: () => number
  readonly config: Pick<AuthorizerConfig, 'issuer' | 'providers' | 'resultCacheSeconds' | 'denyResolveSeconds'>
  /** The application's assignments take effect at the next sign-in: a deny is not resolved again. */
  readonly nextSignIn: boolean
}

/** A token that was presented, the grant it carries, and what is known of its account. */
export interface Denied {
  readonly token: string
  readonly held: HeldGrant
  readonly known: AccountKnowledge
  readonly refusal: Refusal | undefined
}

/** What only the token service can say. */
export interface Asking {
  readonly signIns: SignIns
  /** A strong route: the assignment is confirmed by a read that starts after this call, or it is `unconfirmed`. */
  confirm(token: string, held: HeldGrant, known: AccountKnowledge): Promise<Outcome<HeldGrant>>
  /**
   * A deny may be out of date: it is resolved once more, so that a role just granted works at the next access.
   * `undefined`: nothing new, it is too early to ask again, or no role can change the refusal.
   */
  resolveOnce(denied: Denied): Promise<Outcome<HeldGrant> | undefined>
}

export function createAsking(dependencies: AskingDependencies): Asking {
  const { verifier, tokenService, clock, config, nextSignIn } = dependencies
  const { denyResolveSeconds } = config

  async function exchange(
    { token, held, known }: Omit<Denied, 'refusal'>,
    assignmentMaxAge: number,
  ): Promise<Outcome<HeldGrant>> {
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
    note(known, fresh.value)
    return fresh
  }

  return {
    signIns: new SignIns(dependencies),

    confirm: async (token, held, known) => {
      const startedAt = clock()
      const fresh = await exchange({ token, held, known }, 0)
      if (!fresh.ok) return unanswered.has(fresh.refusal.code) ? refuse('unconfirmed') : fresh
      const floor = Math.floor(startedAt / 1000) * 1000 - clockToleranceMs
      if (fresh.value.holder.confirmedAt * 1000 < floor) return refuse('unconfirmed')
      return accept(heldWith(fresh.value, held))
    },

    resolveOnce: async ({ refusal, ...asked }) => {
      const { known } = asked
      const joined = known.resolving !== undefined
      if (nextSignIn || denyResolveSeconds === 0 || refusal === undefined || notResolvable.has(refusal.code)) {
        return undefined
      }
      if (known.resolving === undefined) {
        const now = clock()
        if (now < known.resolveAgainAt) return undefined
        known.resolveAgainAt = now + denyResolveSeconds * 1000
        known.resolving = exchange(asked, denyResolveSeconds).finally(() => {
          known.resolving = undefined
        })
      }
      const fresh = await known.resolving
      if (fresh.ok || aboutAccount.has(fresh.refusal.code)) return fresh
      // Of those who joined, each has a token of its own: what was refused of the token that asked says nothing of theirs.
      return joined || unanswered.has(fresh.refusal.code) ? undefined : fresh
    },
  }
}

function isSameHolder({ holder: a }: HeldGrant, { holder: b }: HeldGrant): boolean {
  return a.account === b.account && a.organization === b.organization && a.scope === b.scope
}

import { type Refusal, refuse } from '../decision/refusal.ts'
import { clockToleranceMs } from '../freshness/policy.ts'
import type { Organization } from './organization.ts'
import type { AccountStatement } from './statement.ts'

/** What came by the bus and could be read: who says it (`source` of the event), under which identifier, and what. */
export type IdentityEvent = StatedEvent | HintedEvent

interface Told {
  readonly source: string
  /** Unique for the source: the same event delivered twice has the same one. */
  readonly eventId: string
  /** When the source says it, epoch milliseconds by the source's clock. */
  readonly occurredAt: number
  /** Digest of everything the event says. */
  readonly digest: string
}

/** The whole state of one account. */
export interface StatedEvent extends Told {
  readonly kind: 'stated'
  readonly statement: AccountStatement
}

/** Something may have changed: for one account, or for any of the organization. */
export interface HintedEvent extends Told {
  readonly kind: 'hinted'
  readonly organization: string
  readonly account?: string
}

/** What a source of events may say, as configured: the whole state of accounts, or hints. */
export type EventSource = {
  readonly source: string
  /** The only organizations it speaks for; absent: every one, of its identity admin where it states. */
  readonly organizations?: readonly string[]
} & (
  | { readonly tells: 'hinted' }
  | {
      readonly tells: 'stated'
      /** Name of the identity admin for whose organizations it states. */
      readonly identityAdmin: string
      /** Whether that one is the default: the identity admin of organizations that name none. */
      readonly isDefault: boolean
    }
)

type Judged = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal }

/**
 * Whether an event is of this time. `event_future_dated`: it says it happens later than the clocks of two machines may differ.
 * `event_too_old`: before the horizon nobody remembers which events there were, nor is anything replayed from there.
 */
export function judgeTime(
  occurredAt: number,
  now: { readonly receivedAt: number; readonly horizonMs: number },
): Judged {
  const { receivedAt, horizonMs } = now
  if (occurredAt > receivedAt + clockToleranceMs) {
    return refuse('event_future_dated', { aheadMs: occurredAt - receivedAt })
  }
  if (!(occurredAt >= receivedAt - horizonMs)) return refuse('event_too_old', { ageMs: receivedAt - occurredAt })
  return { ok: true }
}

/**
 * Whether the source may say this of the organization. `event_foreign_source`: it is not configured for this kind of event.
 * `event_foreign_organization`: others speak for the organization. `unknown_organization`: there is none of that name.
 */
export function judgeSource(
  source: EventSource | undefined,
  event: IdentityEvent,
  organization: Organization | undefined,
): Judged {
  const named = event.kind === 'stated' ? event.statement.organization : event.organization
  if (source?.source !== event.source || source.tells !== event.kind) {
    return refuse('event_foreign_source', { source: event.source, kind: event.kind })
  }
  if (source.organizations?.includes(named) === false) {
    return refuse('event_foreign_organization', { source: event.source, organization: named })
  }
  if (organization === undefined) return refuse('unknown_organization', { organization: named })
  if (source.tells === 'stated' && !isOf(organization, source)) {
    return refuse('event_foreign_organization', { source: event.source, organization: named })
  }
  return { ok: true }
}

function isOf(
  { identityAdmin }: Organization,
  source: { readonly identityAdmin: string; readonly isDefault: boolean },
): boolean {
  return identityAdmin === undefined ? source.isDefault : identityAdmin === source.identityAdmin
}

import { eventHorizonMs, eventIdRetentionMs } from '../../domain/assignment/event-retention.ts'
import {
  type EventSource,
  type HintedEvent,
  type IdentityEvent,
  judgeSource,
  judgeTime,
  type StatedEvent,
} from '../../domain/assignment/identity-event.ts'
import type { UnknownReason } from '../../domain/assignment/state.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'
import type { AccountStore, KnownAccount, OrganizationStore } from '../ports.ts'
import type { PullQueue } from '../pull-queue.ts'
import type { EventIdStore } from './ports.ts'
import { type SettleDependencies, type Settled, settleAccount } from './settle-account.ts'

export interface ApplyEventDependencies extends SettleDependencies {
  readonly accounts: SettleDependencies['accounts'] & Pick<AccountStore, 'applyStatement'>
  readonly organizations: Pick<OrganizationStore, 'readOrganization' | 'markOrganizationDirty'>
  readonly eventIds: EventIdStore
  /** Hints about one account that are in hand at the same time are settled together. */
  readonly settling: PullQueue<Settled>
  /** By the `source` of events. */
  readonly sources: ReadonlyMap<string, EventSource>
}

/**
 * `applied`: something was stored. `confirmed`: it says what is stored. `older`: something newer is stored; nothing changed.
 * `settled`, `marked`, `absent`: what became of a hint about an account, about a whole organization, or about nobody we know.
 * `unsettled`: the source gave no answer, so the account stays dirty; the event is worth repeating.
 */
export type EventEnd =
  | { readonly outcome: 'applied' | 'confirmed' | 'older' | 'settled' | 'marked' | 'absent' }
  | { readonly outcome: 'unsettled'; readonly reason: UnknownReason }

/**
 * Applies one event in any order and any number of times: a statement under the version guard, a hint by asking the source.
 * `receivedAt` (epoch milliseconds, our clock) is when the event reached us, the same for every delivery of one message. What
 * must not be applied is a refusal, for the event to be parked with it:
 * `event_future_dated`, `event_too_old`, `event_foreign_source`, `event_foreign_organization`, `unknown_organization`,
 * `event_id_reused`, `event_conflicts`. Throws what the stores throw; then the event is to be delivered again.
 */
export async function applyEvent(
  dependencies: ApplyEventDependencies,
  event: IdentityEvent,
  receivedAt: number,
): Promise<Outcome<EventEnd>> {
  return event.kind === 'stated'
    ? applyStated(dependencies, event, receivedAt)
    : applyHinted(dependencies, event, receivedAt)
}

async function applyStated(
  dependencies: ApplyEventDependencies,
  event: StatedEvent,
  receivedAt: number,
): Promise<Outcome<EventEnd>> {
  const { accounts, sources } = dependencies
  const { statement, occurredAt } = event
  const time = judgeTime(occurredAt, { receivedAt, horizonMs: eventHorizonMs })
  if (!time.ok) return time
  const { account: known, organization } = await accounts.readAccountAndOrganization(statement)
  const admitted = judgeSource(sources.get(event.source), event, organization)
  if (!admitted.ok) return admitted
  const first = await note(dependencies, event, receivedAt)
  if (!first.ok) return first
  // It was true when it was made, whatever it met on its way here.
  const confirmedAt = Math.min(receivedAt, occurredAt)
  const hint: KnownAccount = known ?? 'absent'
  const applied = await accounts.applyStatement(statement, { confirmedAt, statedBy: `event ${event.source}` }, hint)
  switch (applied.outcome) {
    case 'applied':
      return accept({ outcome: known?.version === statement.version ? 'confirmed' : 'applied' })
    case 'conflict':
      // Which of the two is right only the source can tell: until it is asked, neither counts.
      await accounts.markDirty(statement, receivedAt)
      return refuse('event_conflicts', { version: statement.version })
    case 'older':
      return accept({ outcome: 'older' })
    case 'gone':
      throw new Error('a statement was applied to nothing')
  }
}

/** A hint grants nothing, so no time is too late for it: what the source's clock says of it is not asked. */
async function applyHinted(
  dependencies: ApplyEventDependencies,
  event: HintedEvent,
  receivedAt: number,
): Promise<Outcome<EventEnd>> {
  const { organizations, sources, settling, clock } = dependencies
  const inHandAt = clock()
  const { organization: name, account } = event
  const organization = await organizations.readOrganization(name)
  const admitted = judgeSource(sources.get(event.source), event, organization)
  if (!admitted.ok) return admitted
  const first = await note(dependencies, event, receivedAt)
  if (!first.ok) return first
  if (account === undefined) return accept({ outcome: await organizations.markOrganizationDirty(name, receivedAt) })
  const settled = await settling.join(JSON.stringify([name, account]), inHandAt, (startedAt) =>
    settleAccount(dependencies, { organization: name, account }, { hintedAt: Math.max(startedAt, receivedAt) }),
  )
  return accept(settled.outcome === 'failed' ? { outcome: 'unsettled', reason: settled.reason } : settled)
}

async function note(
  { eventIds }: ApplyEventDependencies,
  { source, eventId, digest }: IdentityEvent,
  receivedAt: number,
): Promise<Outcome<'first' | 'same'>> {
  const expiresAt = Math.ceil((receivedAt + eventIdRetentionMs) / 1000)
  const noted = await eventIds.noteEventId({ source, eventId, digest }, expiresAt)
  return noted === 'other' ? refuse('event_id_reused') : accept(noted)
}

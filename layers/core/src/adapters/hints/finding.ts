import { createHash } from 'node:crypto'
import type { Hint, HintReading, UnreadableEvent } from '../../domain/assignment/hint.ts'

/** For whom a reader reads: nothing it finds is about another organization. */
export interface HintScope {
  /** Name of the connection. */
  readonly source: string
  readonly organization: string
  /** Epoch milliseconds by our clock. */
  readonly receivedAt: number
}

/** What one event of a source says; nothing in it is checked yet but the kind of event. */
export type Finding =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | {
      readonly kind: 'change'
      readonly id: unknown
      /** Epoch milliseconds or an RFC 3339 time. */
      readonly at: unknown
      readonly reason: string
      /** Accounts as the source names them; none, or one that is no name, means that any account may be concerned. */
      readonly accounts: readonly unknown[]
    }

export const ignored: Finding = { kind: 'ignored' }

export function unreadable(reason: string): Finding {
  return { kind: 'unreadable', reason }
}

const ACCOUNT = /^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/
/** Leaves room for the digest behind it: events of our contract have identifiers of 128 characters at most. */
const EVENT_ID = /^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,99}$/
const digestCharacters = 22
/** A source's time longer ago than this is taken for no time; the bus would refuse it as too old. */
const oldestMs = 30 * 86_400_000
const mostReasonCharacters = 120

/**
 * The hints of some events, each account once, the latest event of it. A hint about the whole organization takes the place
 * of all others. What cannot be told (whom, when, which event) makes a hint wider or its evidence poorer; it never loses it.
 */
export function toReading(findings: readonly Finding[], scope: HintScope): HintReading {
  const byAccount = new Map<string | undefined, Hint>()
  const refused: UnreadableEvent[] = []
  let count = 0
  for (const [index, finding] of findings.entries()) {
    if (finding.kind === 'ignored') count += 1
    else if (finding.kind === 'unreadable') refused.push({ index, reason: finding.reason })
    else for (const hint of hintsOf(finding, scope)) keepLatest(byAccount, hint)
  }
  const whole = byAccount.get(undefined)
  return { hints: whole === undefined ? [...byAccount.values()] : [whole], ignored: count, refused }
}

function hintsOf(change: Extract<Finding, { kind: 'change' }>, scope: HintScope): readonly Hint[] {
  const { source, organization } = scope
  const accounts = change.accounts.filter(isAccount)
  const isWhole = accounts.length === 0 || accounts.length < change.accounts.length
  const shared = {
    source,
    organization,
    occurredAt: timeOf(change.at, scope.receivedAt),
    reason: change.reason.replaceAll(/[^A-Za-z0-9._:/-]/g, '_').slice(0, mostReasonCharacters),
  }
  const abouts = isWhole ? [shared] : accounts.map((account) => ({ ...shared, account }))
  return abouts.map((about) => ({ ...about, eventId: idOf(change.id, about) }))
}

function keepLatest(byAccount: Map<string | undefined, Hint>, hint: Hint): void {
  const known = byAccount.get(hint.account)
  if (known === undefined || known.occurredAt <= hint.occurredAt) byAccount.set(hint.account, hint)
}

function isAccount(value: unknown): value is string {
  return typeof value === 'string' && ACCOUNT.test(value)
}

/**
 * The source's own identifier, as far as it can be spelled, and a digest of what the hint says: one event can be a hint
 * about several accounts, and one identifier never stands for two hints.
 */
function idOf(id: unknown, about: Omit<Hint, 'eventId'>): string {
  const own = typeof id === 'string' ? id : ''
  const digest = createHash('sha256')
    .update(JSON.stringify([own, about]))
    .digest('base64url')
    .slice(0, digestCharacters)
  return EVENT_ID.test(own) ? `${own}~${digest}` : `x~${digest}`
}

function timeOf(at: unknown, receivedAt: number): number {
  const time = typeof at === 'string' ? Date.parse(at) : at
  return typeof time === 'number' && time >= Math.max(0, receivedAt - oldestMs) && time < receivedAt
    ? Math.floor(time)
    : receivedAt
}

import { type ChangeKind, contentOf, kindOf } from './content.ts'
import type { ItemChange, Position, StreamChange } from './item-change.ts'

export type AuditSubject =
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'role'; readonly application: string; readonly id: string }
  | { readonly kind: 'organization' }

/** One change of what an organization's accounts may do, as people are shown it. It decides nothing. */
export interface AuditEntry {
  readonly organization: string
  readonly subject: AuditSubject
  readonly change: Exclude<ChangeKind, 'unchanged'>
  /** When it was written, epoch milliseconds, to the second. */
  readonly at: number
  readonly position: Position
  /** JSON of what was there and of what came; absent where nothing was; `too_large` beyond `longestContent`. */
  readonly before?: string
  readonly after?: string
  readonly cause: AuditCause
}

/**
 * Why, as far as the item itself tells. `statement`: the identity admin said so, in this version, at `occurredAt` (epoch
 * milliseconds, its clock); `by` is the way on which it came (`AccountRecord.statedBy`). `withdrawal`: it no longer stands by it. `administration`: somebody changed settings here.
 * `repair`: the item was deleted by an operator.
 */
export type AuditCause =
  | { readonly kind: 'statement'; readonly version: number; readonly occurredAt: number; readonly by?: string }
  | { readonly kind: 'withdrawal' | 'administration' | 'repair' }

/** UTF-16 code units of one side. Items hold 400 kB at most. */
export const longestContent = 60_000

/** `undefined`: nothing that anybody would look for. */
export function auditEntryOf({ change, position, at }: StreamChange): AuditEntry | undefined {
  const kind = kindOf(change)
  if (kind === 'unchanged') return undefined
  const { before, after } = change
  return {
    organization: change.organization,
    subject: subjectOf(change),
    change: kind,
    at,
    position,
    ...(before !== undefined && { before: bounded(contentOf(change.kind, before)) }),
    ...(after !== undefined && { after: bounded(contentOf(change.kind, after)) }),
    cause: causeOf(change, kind),
  }
}

function causeOf(change: ItemChange, kind: ChangeKind): AuditCause {
  if (change.kind !== 'account') return { kind: 'administration' }
  if (change.after === undefined) return { kind: 'repair' }
  if (kind === 'withdrawn') return { kind: 'withdrawal' }
  const { version, occurredAt, statedBy: by } = change.after
  return { kind: 'statement', version, occurredAt, ...(by !== undefined && { by }) }
}

function subjectOf(change: ItemChange): AuditSubject {
  switch (change.kind) {
    case 'account':
      return { kind: 'account', account: change.account }
    case 'role':
      return { kind: 'role', application: change.application, id: change.id }
    case 'organization':
      return { kind: 'organization' }
  }
}

function bounded(content: object): string {
  const text = JSON.stringify(content)
  return text.length > longestContent ? 'too_large' : text
}

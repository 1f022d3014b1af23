import type { CustomRole, Organization } from '../assignment/organization.ts'
import type { AccountKey, AccountRecord } from '../assignment/statement.ts'

/** What a write made of one item. Without `before` the item is new, without `after` it is gone. */
export type ItemChange =
  | (AccountKey & { readonly kind: 'account'; readonly before?: AccountRecord; readonly after?: AccountRecord })
  | {
      readonly kind: 'role'
      readonly organization: string
      readonly application: string
      readonly id: string
      readonly before?: CustomRole
      readonly after?: CustomRole
    }
  | {
      readonly kind: 'organization'
      readonly organization: string
      readonly before?: Organization
      readonly after?: Organization
    }

/**
 * Where a change stands among all changes of the same item: streams in the order in which they were opened, and within one the
 * sequence number, decimal digits that only rise. Changes of different items do not compare.
 */
export interface Position {
  readonly stream: string
  readonly sequence: string
}

/** Before everything that a stream can say: for items that are read instead of streamed. */
export const beforeEveryStream: Position = { stream: '', sequence: '0' }

export interface StreamChange {
  readonly change: ItemChange
  readonly position: Position
  /** When the item was written, epoch milliseconds, to the second. */
  readonly at: number
}

export function isLater(one: Position, other: Position): boolean {
  if (one.stream !== other.stream) return one.stream > other.stream
  return BigInt(one.sequence) > BigInt(other.sequence)
}

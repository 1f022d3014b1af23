import { createHash } from 'node:crypto'
import type { Followed } from '../../application/sync/projection-ports.ts'
import type { Position } from '../../domain/projection/item-change.ts'

/**
 * The identifier of what is told of a change: the same whenever the change is followed again. 15 digits, the time in epoch
 * milliseconds, then 43 characters of base64url.
 */
export function outboundEventId(item: Followed, position: Position, at: number): string {
  const names = item.kind === 'account' ? [item.account] : item.kind === 'role' ? [item.application, item.id] : []
  const text = JSON.stringify([item.kind, item.organization, ...names, position.stream, position.sequence])
  const digest = createHash('sha256').update(text, 'utf16le').digest('base64url')
  return `${String(Math.floor(at)).padStart(15, '0')}-${digest}`
}

/** When what is told under this identifier happened, epoch milliseconds. */
export function timeOfEventId(eventId: string): number {
  return Number(eventId.slice(0, 15))
}

import type { Finding } from '../finding.ts'
import { member, textAt } from '../foreign.ts'
import { readAuth0Event } from './events.ts'
import { entriesOfLogDelivery, readAuth0Log } from './log-stream.ts'

/** What Auth0 sends to one address: an event of an event stream, or entries of the tenant log. */
export function readAuth0Delivery(payload: unknown, sourceOrganization?: string): readonly Finding[] {
  const isEvent =
    textAt(payload, 'specversion') !== undefined || textAt(member(payload, 'event'), 'specversion') !== undefined
  if (isEvent) return [readAuth0Event(payload, sourceOrganization)]
  return entriesOfLogDelivery(payload).map((entry) => readAuth0Log(entry, sourceOrganization))
}

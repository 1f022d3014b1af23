import type { HintReading } from '../../domain/assignment/hint.ts'
import type { PartnerConnection } from '../environment/hook-connections.ts'
import { readAuth0Delivery } from './auth0/delivery.ts'
import { type Finding, toReading } from './finding.ts'
import { member, textAt } from './foreign.ts'
import { readOktaEvent } from './okta/system-log.ts'

/**
 * An event of a partner as EventBridge delivers it (`source`, `id`, `detail`), read for every connection of its source: one
 * reading each. `undefined` where no connection has this source. Only EventBridge itself puts events with a source of a
 * partner, so the source says who speaks.
 */
export function readPartnerEvent(
  connections: readonly PartnerConnection[],
  envelope: unknown,
  receivedAt: number,
): readonly HintReading[] | undefined {
  const source = textAt(envelope, 'source')
  const meant = connections.filter(({ eventSource }) => eventSource === source)
  if (meant.length === 0) return undefined
  return meant.map((connection) =>
    toReading(readFor(connection, member(envelope, 'detail')), {
      source: connection.name,
      organization: connection.organization,
      receivedAt,
    }),
  )
}

function readFor(connection: PartnerConnection, detail: unknown): readonly Finding[] {
  if (connection.kind === 'okta-partner') return [readOktaEvent(detail, connection.accounts)]
  return readAuth0Delivery(detail, connection.sourceOrganization)
}

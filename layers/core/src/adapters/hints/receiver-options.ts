import type { Clock } from '../../application/ports.ts'
import type { Received } from '../../application/sync/ports.ts'
import { accept, type Outcome } from '../../domain/decision/refusal.ts'
import type { ConnectionSecret } from './connection-secret.ts'
import { type Finding, toReading } from './finding.ts'

/** What every receiver is made of. */
export interface ReceiverOptions<Connection> {
  readonly connection: Connection
  readonly secret: ConnectionSecret
  readonly clock: Clock
}

/** Findings of a connection as what was received. */
export function receivedEvents(
  findings: readonly Finding[],
  of: { readonly connection: { readonly name: string; readonly organization: string }; readonly clock: Clock },
  raw: string,
): Outcome<Received> {
  const { name: source, organization } = of.connection
  return accept({ kind: 'events', reading: toReading(findings, { source, organization, receivedAt: of.clock() }), raw })
}

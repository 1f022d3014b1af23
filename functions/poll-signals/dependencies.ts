import { EventBridgeHints } from '@rolecast/core/adapters/bus/event-bridge-hints'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { pollerOf } from '@rolecast/core/adapters/hints/receivers'
import { SecretsManagerStore } from '@rolecast/core/adapters/secrets/secrets-manager'
import { sha256 } from '@rolecast/core/adapters/tokens/sha256'
import type { PollSignalsConfig } from './config.ts'
import type { PollSignalsDependencies } from './create-handler.ts'

/** No poll begins later than this, so that what it brings is still acknowledged before the function's time is up. */
const untilMs = 30_000

/** Wires the polling of security events. */
export function connect(config: PollSignalsConfig): PollSignalsDependencies {
  const clock = Date.now
  const secrets = new SecretsManagerStore()
  const polls = config.connections.map(
    (connection) => [connection.name, pollerOf(connection, { secrets, clock })] as const,
  )
  return {
    polls: new Map(polls),
    hints: new EventBridgeHints({ bus: config.bus }),
    parked: dynamoStores({ tableName: config.table, clock }).parked,
    digest: sha256,
    clock,
    limits: { maxEvents: config.maxEvents, maxPolls: config.maxPolls, untilMs },
    write: (line) => void process.stdout.write(line),
  }
}

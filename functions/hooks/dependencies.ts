import { EventBridgeHints } from '@rolecast/core/adapters/bus/event-bridge-hints'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { receiverOf } from '@rolecast/core/adapters/hints/receivers'
import { SecretsManagerStore } from '@rolecast/core/adapters/secrets/secrets-manager'
import { sha256 } from '@rolecast/core/adapters/tokens/sha256'
import type { HooksDependencies } from './answer-request.ts'
import type { HooksConfig } from './config.ts'
import { createLog } from './log.ts'

/** Wires the hooks function. Nothing is contacted yet: secrets and key sets are read when they are first needed. */
export function connect(config: HooksConfig): HooksDependencies {
  const clock = Date.now
  const secrets = new SecretsManagerStore()
  return {
    hooks: new Map(
      config.connections.map((connection) => [
        connection.name,
        { kind: connection.kind, receiver: receiverOf(connection, { secrets, clock }) },
      ]),
    ),
    hints: new EventBridgeHints({ bus: config.bus }),
    parked: dynamoStores({ tableName: config.table, clock }).parked,
    digest: sha256,
    clock,
    log: createLog((line) => process.stdout.write(line)),
  }
}

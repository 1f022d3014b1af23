import { EventBridgeOutbound } from '@rolecast/core/adapters/bus/event-bridge-outbound'
import { DynamoProjectionStore } from '@rolecast/core/adapters/dynamodb/projection-store'
import { readStreamRecord } from '@rolecast/core/adapters/dynamodb/stream-record'
import { DynamoTable } from '@rolecast/core/adapters/dynamodb/table'
import type { ProjectConfig } from './config.ts'
import type { ProjectDependencies } from './create-handler.ts'

/** Wires the projection. */
export function connect(config: ProjectConfig): ProjectDependencies {
  const table = new DynamoTable({ tableName: config.table })
  const store = new DynamoProjectionStore({ table, clock: Date.now, auditDays: config.auditDays })
  return {
    readRecord: readStreamRecord,
    projections: store,
    outbox: store,
    publisher: new EventBridgeOutbound({ bus: config.outboundBus }),
    clock: Date.now,
    write: (line) => process.stdout.write(line),
  }
}

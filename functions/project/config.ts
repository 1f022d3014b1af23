import { readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import * as v from 'valibot'

/** The settings of the projection, from its environment. */
export interface ProjectConfig {
  readonly table: string
  /** Name or ARN of the bus for product teams. */
  readonly outboundBus: string
  /** How long audit entries are kept. */
  readonly auditDays: number
}

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_OUTBOUND_BUS: text,
  ROLECAST_AUDIT_DAYS: whole({ otherwise: 400, least: 1, most: 3_660 }),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ProjectConfig {
  const output = readSettings('the projection', settings, env)
  return {
    table: output.ROLECAST_TABLE,
    outboundBus: output.ROLECAST_OUTBOUND_BUS,
    auditDays: output.ROLECAST_AUDIT_DAYS,
  }
}

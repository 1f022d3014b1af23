import { type PollConnection, pollConnections } from '@rolecast/core/adapters/environment/hook-connections'
import { readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import * as v from 'valibot'

/** The settings of the polling of security events, from its environment. */
export interface PollSignalsConfig {
  readonly table: string
  /** Name or ARN of the bus that hints are put onto. */
  readonly bus: string
  readonly connections: readonly PollConnection[]
  readonly maxEvents: number
  readonly maxPolls: number
}

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_BUS: text,
  ROLECAST_SIGNAL_POLLS: v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), pollConnections),
  ROLECAST_POLL_MAX_EVENTS: whole({ otherwise: 50, least: 1, most: 500 }),
  ROLECAST_POLL_MAX_POLLS: whole({ otherwise: 20, least: 1, most: 1_000 }),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): PollSignalsConfig {
  const output = readSettings('the polling of security events', settings, env)
  return {
    table: output.ROLECAST_TABLE,
    bus: output.ROLECAST_BUS,
    connections: output.ROLECAST_SIGNAL_POLLS,
    maxEvents: output.ROLECAST_POLL_MAX_EVENTS,
    maxPolls: output.ROLECAST_POLL_MAX_POLLS,
  }
}

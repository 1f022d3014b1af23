import { type HookConnection, hookConnections } from '@rolecast/core/adapters/environment/hook-connections'
import { readSettings, text } from '@rolecast/core/adapters/environment/settings'
import * as v from 'valibot'

/** The settings of the hooks function, from its environment. */
export interface HooksConfig {
  readonly table: string
  /** Name or ARN of the bus that hints are put onto. */
  readonly bus: string
  readonly connections: readonly HookConnection[]
}

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_BUS: text,
  ROLECAST_HOOKS: v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), hookConnections),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): HooksConfig {
  const output = readSettings('the hooks function', settings, env)
  return { table: output.ROLECAST_TABLE, bus: output.ROLECAST_BUS, connections: output.ROLECAST_HOOKS }
}

import { eventSources } from '@rolecast/core/adapters/environment/event-sources'
import { partnerConnections } from '@rolecast/core/adapters/environment/hook-connections'
import { identityAdminSettings } from '@rolecast/core/adapters/environment/identity-admins'
import { InvalidConfig, readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import * as v from 'valibot'

/** The settings of the ingest function, from its environment. */
export interface IngestConfig {
  readonly table: string
  readonly eventSources: v.InferOutput<typeof eventSources>
  readonly partnerEvents: v.InferOutput<typeof partnerConnections>
  readonly identityAdmins: v.InferOutput<(typeof identityAdminSettings)['ROLECAST_IDENTITY_ADMINS']>
  readonly identityAdminsSecret: string
  readonly pullDeadlineMs: number
  /** How often the queue hands a message over before it gives it up. */
  readonly deliveries: number
}

const settings = v.strictObject({
  ...identityAdminSettings,
  ROLECAST_TABLE: text,
  ROLECAST_EVENT_SOURCES: v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), eventSources),
  ROLECAST_PARTNER_EVENTS: v.optional(
    v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), partnerConnections),
    '[]',
  ),
  ROLECAST_PULL_DEADLINE_MS: whole({ otherwise: 4_000, least: 100, most: 20_000 }),
  ROLECAST_DELIVERIES: whole({ otherwise: 5, least: 1, most: 1_000 }),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): IngestConfig {
  const output = readSettings('the ingest function', settings, env)
  const names = new Set(output.ROLECAST_IDENTITY_ADMINS.map(({ name }) => name))
  for (const { identityAdmin } of output.ROLECAST_EVENT_SOURCES) {
    if (identityAdmin === undefined || names.has(identityAdmin)) continue
    throw new InvalidConfig('the ingest function cannot start. ROLECAST_EVENT_SOURCES: names an unknown identity admin')
  }
  return {
    table: output.ROLECAST_TABLE,
    eventSources: output.ROLECAST_EVENT_SOURCES,
    partnerEvents: output.ROLECAST_PARTNER_EVENTS,
    identityAdmins: output.ROLECAST_IDENTITY_ADMINS,
    identityAdminsSecret: output.ROLECAST_IDENTITY_ADMINS_SECRET,
    pullDeadlineMs: output.ROLECAST_PULL_DEADLINE_MS,
    deliveries: output.ROLECAST_DELIVERIES,
  }
}

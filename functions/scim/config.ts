import { identityAdminSettings, type SourceSettings } from '@rolecast/core/adapters/environment/identity-admins'
import { secureUrl } from '@rolecast/core/adapters/environment/secure-url'
import { readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import * as v from 'valibot'

/** The settings of the SCIM service provider, from its environment. */
export interface ScimConfig {
  readonly table: string
  /** Scheme and host, under which clients know the service. */
  readonly origin: string
  /** Which of them are our directory says whose writes take effect. */
  readonly identityAdmins: readonly SourceSettings[]
  readonly pullDeadlineMs: number
}

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_SCIM_ORIGIN: secureUrl,
  ROLECAST_IDENTITY_ADMINS: identityAdminSettings.ROLECAST_IDENTITY_ADMINS,
  ROLECAST_PULL_DEADLINE_MS: whole({ otherwise: 5_000, least: 100, most: 20_000 }),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ScimConfig {
  const output = readSettings('the SCIM service provider', settings, env)
  return {
    table: output.ROLECAST_TABLE,
    origin: output.ROLECAST_SCIM_ORIGIN.replace(/\/$/, ''),
    identityAdmins: output.ROLECAST_IDENTITY_ADMINS,
    pullDeadlineMs: output.ROLECAST_PULL_DEADLINE_MS,
  }
}

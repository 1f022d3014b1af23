import { identityAdminSettings } from '@rolecast/core/adapters/environment/identity-admins'
import { readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import * as v from 'valibot'

/** The settings of reconciliation, from its environment. Times in milliseconds. */
export interface ReconcileConfig {
  readonly table: string
  readonly identityAdmins: v.InferOutput<(typeof identityAdminSettings)['ROLECAST_IDENTITY_ADMINS']>
  readonly identityAdminsSecret: string
  readonly pageDeadlineMs: number
  readonly pullDeadlineMs: number
  /** Longer than an invocation may take. */
  readonly leaseMs: number
  readonly everyMs: number
  /** Share of accounts or of roles, and least number of accounts, above which a person is asked first. */
  readonly brake: { readonly share: number; readonly least: number }
}

const hour = 3_600

const settings = v.strictObject({
  ...identityAdminSettings,
  ROLECAST_TABLE: text,
  ROLECAST_PAGE_DEADLINE_MS: whole({ otherwise: 15_000, least: 500, most: 25_000 }),
  ROLECAST_PULL_DEADLINE_MS: whole({ otherwise: 4_000, least: 100, most: 20_000 }),
  ROLECAST_LEASE_SECONDS: whole({ otherwise: 90, least: 30, most: 900 }),
  ROLECAST_RECONCILE_EVERY_SECONDS: whole({ otherwise: 24 * hour, least: 60, most: 31 * 24 * hour }),
  ROLECAST_BRAKE_PERCENT: whole({ otherwise: 20, least: 1, most: 100 }),
  ROLECAST_BRAKE_ACCOUNTS: whole({ otherwise: 10, least: 1, most: 100_000 }),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ReconcileConfig {
  const output = readSettings('reconciliation', settings, env)
  return {
    table: output.ROLECAST_TABLE,
    identityAdmins: output.ROLECAST_IDENTITY_ADMINS,
    identityAdminsSecret: output.ROLECAST_IDENTITY_ADMINS_SECRET,
    pageDeadlineMs: output.ROLECAST_PAGE_DEADLINE_MS,
    pullDeadlineMs: output.ROLECAST_PULL_DEADLINE_MS,
    leaseMs: output.ROLECAST_LEASE_SECONDS * 1000,
    everyMs: output.ROLECAST_RECONCILE_EVERY_SECONDS * 1000,
    brake: { share: output.ROLECAST_BRAKE_PERCENT / 100, least: output.ROLECAST_BRAKE_ACCOUNTS },
  }
}

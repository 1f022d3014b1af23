import { organizationMarkOf } from '../freshness/policy.ts'
import type { Organization } from './organization.ts'

/** The organization as a hint about all of it, which came at `hintedAt`, leaves it. */
export function markOrganization(stored: Organization, hintedAt: number): Organization {
  return { ...stored, dirtySince: organizationMarkOf(hintedAt, stored.dirtySince) }
}

/**
 * Settings as they must be stored at `now` (epoch milliseconds): no mark is lost, and what another identity admin confirmed
 * before does not count for this one.
 */
export function withMarks(stored: Organization | undefined, settings: Organization, now: number): Organization {
  const moved = stored !== undefined && stored.identityAdmin !== settings.identityAdmin
  const marks = [
    stored?.dirtySince,
    settings.dirtySince,
    moved ? organizationMarkOf(now, stored.dirtySince) : undefined,
  ].filter((mark) => mark !== undefined)
  return marks.length === 0 ? settings : { ...settings, dirtySince: Math.max(...marks) }
}

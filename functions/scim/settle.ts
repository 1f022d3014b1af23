import type { DirectoryResource } from '@rolecast/core/application/directory/ports'
import { settleAccount } from '@rolecast/core/application/sync/settle-account'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { accountNameOf, rolesOfGroup } from '@rolecast/core/domain/directory/held-roles'
import type { ScimContext } from './context.ts'

/** More accounts than this are not settled one by one: the organization as a whole is marked, with one write. */
const settledOneByOne = 100

const atOnce = 8

/**
 * Brings what was written into force before the request is answered: accounts are marked, asked about anew, and what they lost
 * is in the change log. Repeating it is harmless, so a request that is repeated after a crash ends what the first one began.
 * Nothing is done for an organization whose roles come from elsewhere. Refuses with `scim_not_settled`.
 */
export async function settleUsers(
  context: ScimContext,
  users: readonly (DirectoryResource | undefined)[],
): Promise<Outcome<undefined>> {
  const { organizations, organization, settling, clock, sources, settings, log } = context
  const accounts = new Set(users.flatMap((user) => (user === undefined ? [] : (accountNameOf(user, settings) ?? []))))
  if (accounts.size === 0) return accept(undefined)
  const stored = await organizations.readOrganization(organization)
  if (stored === undefined || !sources.includes(stored.identityAdmin)) return accept(undefined)
  const hintedAt = clock()
  if (accounts.size > settledOneByOne) {
    await organizations.markOrganizationDirty(organization, hintedAt)
    log('settled', { accounts: accounts.size, whole: true })
    return accept(undefined)
  }
  const left = [...accounts]
  let failed = 0
  const work = async () => {
    for (let account = left.pop(); account !== undefined; account = left.pop()) {
      const { outcome } = await settleAccount(settling, { organization, account }, { hintedAt })
      if (outcome === 'failed') failed += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  log('settled', { accounts: accounts.size, whole: false, failed })
  return failed === 0 ? accept(undefined) : refuse('scim_not_settled')
}

/** Whether membership in the group gives anything, or may have given something before it was last changed. */
export function givesRoles(group: DirectoryResource, { settings }: Pick<ScimContext, 'settings'>): boolean {
  return group.contentRevision > 1 || rolesOfGroup(group, settings).length > 0
}

import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { isObject, type Json } from '@rolecast/core/domain/scim/json'
import type { ScimContext } from './context.ts'

/** Users that one request may put into a group or take out of it. */
export const mostMembers = 2_000

/**
 * Ids of the users that are to be in a group. Refuses with `scim_invalid_value` what is no user of the organization, groups among
 * them, and with `scim_too_large` more changes than one request may make.
 */
export async function readMembers(
  { directory, organization }: ScimContext,
  members: readonly Json[],
  present: readonly string[],
): Promise<Outcome<readonly string[]>> {
  const ids: string[] = []
  for (const each of members) {
    const id = isObject(each) ? memberId(each['value'], each['$ref']) : undefined
    if (id === undefined)
      return refuse('scim_invalid_value', { detail: 'a member has the id of a user as its "value"' })
    const type = isObject(each) ? each['type'] : undefined
    if (typeof type === 'string' && type.toLowerCase() === 'group') {
      return refuse('scim_invalid_value', { detail: 'members are users; groups within groups are not taken' })
    }
    ids.push(id)
  }
  const wanted = [...new Set(ids)]
  const known = new Set(present)
  const fresh = wanted.filter((id) => !known.has(id))
  const gone = present.filter((id) => !wanted.includes(id)).length
  if (fresh.length + gone > mostMembers) {
    return refuse('scim_too_large', { detail: `one request changes at most ${mostMembers} memberships` })
  }
  const users = await directory.readResources(organization, 'user', fresh)
  const found = new Set(users.filter(({ deleted }) => !deleted).map(({ id }) => id))
  return fresh.every((id) => found.has(id))
    ? accept(wanted)
    : refuse('scim_invalid_value', { detail: 'a member is not a user of the organization' })
}

function memberId(value: Json | undefined, ref: Json | undefined): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  return typeof ref === 'string' ? ref.split('/').at(-1) || undefined : undefined
}

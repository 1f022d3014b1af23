import type { PatchOperation } from '@rolecast/core/domain/scim/apply-patch'
import { isObject, listOf } from '@rolecast/core/domain/scim/json'
import { mostMembers } from './members.ts'

/** What operations do to the members of a group, apart from what they do to the rest of it. */
export interface MemberChanges {
  readonly rest: readonly PatchOperation[]
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

const one = /^members\[\s*value\s+eq\s+"([^"\\]{1,300})"\s*\]$/i

/**
 * Additions and removals of members that each operation names, so that nobody else in the group need be read: by far the most
 * that clients send, one by one, for groups of any size. `undefined` where an operation asks for more, such as all members.
 */
export function memberChanges(operations: readonly PatchOperation[]): MemberChanges | undefined {
  const rest: PatchOperation[] = []
  const wanted = new Map<string, boolean>()
  for (const operation of operations) {
    const { op, path = '' } = operation
    const isAbout = path.toLowerCase().startsWith('members')
    if (!isAbout && !mentionsMembers(operation)) {
      rest.push(operation)
      continue
    }
    const ids = isAbout ? idsOf(operation) : undefined
    if (ids === undefined) return undefined
    for (const id of ids) wanted.set(id, op === 'add')
  }
  if (wanted.size === 0 || wanted.size > mostMembers) return undefined
  const named = (isIn: boolean) => [...wanted].flatMap(([id, value]) => (value === isIn ? id : []))
  return { rest, add: named(true), remove: named(false) }
}

/** By its value without a path, or by a path that is spelt with a URN. */
function mentionsMembers({ path, value }: PatchOperation): boolean {
  if (path !== undefined) return path.toLowerCase().startsWith('urn:') && path.toLowerCase().includes(':members')
  return isObject(value ?? null) && Object.keys(value as object).some((name) => name.toLowerCase().includes('members'))
}

function idsOf({ op, path = '', value }: PatchOperation): readonly string[] | undefined {
  const [, single] = one.exec(path) ?? []
  if (op === 'remove' && single !== undefined) return [single]
  if (path.toLowerCase() !== 'members' || op === 'replace') return undefined
  const ids = listOf(value).map((each) => (isObject(each) ? each['value'] : undefined))
  return ids.length > 0 && ids.every((id) => typeof id === 'string' && id !== '') ? (ids as string[]) : undefined
}

import type { DirectoryResource, DirectoryWrite, NameAttribute } from '@rolecast/core/application/directory/ports'
import { StoreUnavailable } from '@rolecast/core/application/ports'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { applyPatch } from '@rolecast/core/domain/scim/apply-patch'
import { type Json, type JsonObject, listOf, member } from '@rolecast/core/domain/scim/json'
import { readResource } from '@rolecast/core/domain/scim/read-resource'
import type { ResourceType } from '@rolecast/core/domain/scim/resource-type'
import type { ScimContext } from './context.ts'
import { namesRevision } from './entity-tag.ts'
import { memberChanges } from './member-operations.ts'
import { readMembers } from './members.ts'
import { readPatch } from './patch-request.ts'
import { givesRoles, settleUsers } from './settle.ts'

/** How often a write that meets others is tried again. */
const rounds = 5

/** A resource is refused above this, in bytes of its JSON: DynamoDB takes 400 KB, with the groups of a user. */
const largestResource = 200_000

export interface Target {
  readonly type: ResourceType
  readonly id: string
  /** `If-Match` of the request. */
  readonly ifMatch?: string | undefined
}

/** Attributes to be stored, and apart from them who is to come into the group and to leave it, where the request says so. */
interface Draft {
  readonly attributes: JsonObject
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/** Creates a resource (RFC 7644 section 3.3). Refuses with `scim_taken` and what reading the body refuses with. */
export async function createResource(
  context: ScimContext,
  type: ResourceType,
  { body, id }: { readonly body: Json; readonly id: string },
): Promise<Outcome<DirectoryResource>> {
  const { directory, organization } = context
  const read = readResource(type, body)
  if (!read.ok) return read
  const draft = await draftOf(context, type, read.value, [])
  if (!draft.ok) return draft
  const isStated = type.kind !== 'user' || Object.hasOwn(draft.value.attributes, 'active')
  const attributes = isStated ? draft.value.attributes : { ...draft.value.attributes, active: true }
  const written = await directory.createResource({ organization, kind: type.kind, id, attributes })
  if (written.outcome === 'taken') return taken(context, type, { attributes, attribute: written.attribute })
  if (written.outcome === 'conflict') throw new Error('an id was issued twice')
  return finish(context, type, { after: written.resource, add: draft.value.add, remove: [] })
}

/** Whoever has the value may be what an earlier request made that was cut off before it was in force: this one ends it. */
async function taken(
  context: ScimContext,
  { kind }: ResourceType,
  { attributes, attribute }: { readonly attributes: JsonObject; readonly attribute: NameAttribute },
): Promise<Outcome<never>> {
  const { directory, organization } = context
  const names = [{ attribute, value: String(attributes[attribute]) }]
  const [owners = []] = await directory.findOwners(organization, kind, names)
  const settled = await settleUsers(context, await directory.readResources(organization, kind, owners))
  return settled.ok ? refuse('scim_taken', { detail: attribute }) : settled
}

/**
 * Puts a resource in place of another (RFC 7644 section 3.5.1). Attributes that are not sent are cleared, but for `active`: a client that
 * leaves it out has said nothing of it, and neither brings somebody back nor shuts somebody out.
 */
export async function replaceResource(
  context: ScimContext,
  target: Target,
  body: Json,
): Promise<Outcome<DirectoryResource>> {
  const { type, id } = target
  const read = readResource(type, body)
  if (!read.ok) return read
  return change(context, target, async ({ attributes: before }) => {
    const draft = await draftOf(context, type, read.value, await membersOf(context, type, id))
    if (!draft.ok) return draft
    const active = member(before, 'active')
    const isKept = type.kind === 'user' && active !== undefined && !Object.hasOwn(draft.value.attributes, 'active')
    return isKept ? accept({ ...draft.value, attributes: { ...draft.value.attributes, active } }) : draft
  })
}

/** Changes parts of a resource (RFC 7644 section 3.5.2), all of them or nothing. */
export async function patchResource(
  context: ScimContext,
  target: Target,
  body: Json,
): Promise<Outcome<DirectoryResource>> {
  const { type, id } = target
  const operations = readPatch(body)
  if (!operations.ok) return operations
  const single = type.kind === 'group' ? memberChanges(operations.value) : undefined
  return change(context, target, async ({ attributes }) => {
    if (single !== undefined) {
      const patched = applyPatch(type, attributes, single.rest)
      if (!patched.ok) return patched
      const draft = await draftOf(
        context,
        type,
        { ...patched.value, members: single.add.map((value) => ({ value })) },
        [],
      )
      return draft.ok ? accept({ ...draft.value, remove: single.remove }) : draft
    }
    const present = await membersOf(context, type, id)
    const whole = present.length === 0 ? attributes : { ...attributes, members: present.map((value) => ({ value })) }
    const patched = applyPatch(type, whole, operations.value)
    return patched.ok ? draftOf(context, type, patched.value, present) : patched
  })
}

function membersOf({ directory, organization }: ScimContext, { kind }: ResourceType, id: string) {
  return kind === 'group' ? directory.listMembers(organization, id) : Promise.resolve([])
}

/**
 * Deletes a resource (RFC 7644 section 3.6). Where it is deleted already, what that deletion may have left undone is done before
 * the answer, which is `scim_no_such_resource`.
 */
export async function deleteResource(context: ScimContext, { type, id, ifMatch }: Target): Promise<Outcome<undefined>> {
  const { directory, organization } = context
  for (let round = 0; round < rounds; round += 1) {
    const found = await readAt(context, { type, id, ifMatch })
    if (!found.ok) return found.refusal.code === 'scim_no_such_resource' ? again(context, { type, id }) : found
    const written = await directory.deleteResource(organization, type.kind, id, found.value.revision)
    if (written.outcome === 'written') return afterDeletion(context, type, found.value)
  }
  throw new StoreUnavailable('other writers of the resource were quicker again and again')
}

async function again(context: ScimContext, { type, id }: Target): Promise<Outcome<undefined>> {
  const [gone] = await context.directory.readResources(context.organization, type.kind, [id])
  if (gone?.formerly !== undefined) {
    const done = await afterDeletion(context, type, { ...gone, attributes: gone.formerly })
    if (!done.ok) return done
  }
  return refuse('scim_no_such_resource')
}

async function afterDeletion(
  context: ScimContext,
  { kind }: ResourceType,
  resource: DirectoryResource,
): Promise<Outcome<undefined>> {
  if (kind === 'user') return settleUsers(context, [resource])
  const { directory, organization } = context
  const members = await directory.listMembers(organization, resource.id)
  const users = await directory.readResources(organization, 'user', members)
  const settled = givesRoles(resource, context) ? await settleUsers(context, users) : accept(undefined)
  if (settled.ok) await directory.emptyDeletedGroup(organization, resource.id)
  return settled
}

/** The resource that a request is about. Refuses with `scim_no_such_resource` or `scim_version_mismatch`. */
export async function readAt(
  { directory, organization }: ScimContext,
  { type, id, ifMatch }: Target,
): Promise<Outcome<DirectoryResource>> {
  const [found] = await directory.readResources(organization, type.kind, [id])
  if (found === undefined || found.deleted) return refuse('scim_no_such_resource')
  return ifMatch !== undefined && !namesRevision(ifMatch, found.revision)
    ? refuse('scim_version_mismatch')
    : accept(found)
}

async function change(
  context: ScimContext,
  target: Target,
  decide: (before: DirectoryResource) => Promise<Outcome<Draft>>,
): Promise<Outcome<DirectoryResource>> {
  const { directory, organization } = context
  const { type, id, ifMatch } = target
  for (let round = 0; round < rounds; round += 1) {
    const found = await readAt(context, target)
    if (!found.ok) return found
    const before = found.value
    const draft = await decide(before)
    if (!draft.ok) return draft
    const { attributes, add, remove } = draft.value
    const isSame = JSON.stringify(attributes) === JSON.stringify(before.attributes)
    // With If-Match the write itself must hold, so that of two clients one is told.
    const written: DirectoryWrite =
      isSame && (ifMatch === undefined || add.length + remove.length === 0)
        ? { outcome: 'written', resource: before }
        : await directory.replaceResource({ organization, kind: type.kind, id, attributes, revision: before.revision })
    if (written.outcome === 'conflict') continue
    if (written.outcome === 'taken') return refuse('scim_taken', { detail: written.attribute })
    return finish(context, type, { before, after: written.resource, add, remove })
  }
  throw new StoreUnavailable('other writers of the resource were quicker again and again')
}

/** Under the names it had before: whoever it was, it is no longer. */
function formerSelf(resource: DirectoryResource | undefined): DirectoryResource | undefined {
  return resource?.formerly === undefined ? undefined : { ...resource, attributes: resource.formerly }
}

/** Memberships, then settling; repeated in full when the request is. */
async function finish(
  context: ScimContext,
  type: ResourceType,
  written: {
    readonly before?: DirectoryResource
    readonly after: DirectoryResource
    readonly add: readonly string[]
    readonly remove: readonly string[]
  },
): Promise<Outcome<DirectoryResource>> {
  const { directory, organization } = context
  const { before, after, add, remove } = written
  if (type.kind === 'user') {
    const settled = await settleUsers(context, [before, after, formerSelf(before), formerSelf(after)])
    return settled.ok ? accept(after) : settled
  }
  const changed = await directory.changeMembers({ organization, group: after.id, add, remove })
  if (changed.outcome === 'conflict') return refuse('scim_no_such_resource')
  const [latest = after] = await directory.readResources(organization, 'group', [after.id])
  if (givesRoles(latest, context) || (before !== undefined && givesRoles(before, context))) {
    // A request that changes nothing may be the repetition of one that came to its end in the middle.
    const isWhole = before?.contentRevision !== latest.contentRevision || add.length + remove.length === 0
    const ids = isWhole ? [...(await directory.listMembers(organization, after.id)), ...remove] : [...add, ...remove]
    const settled = await settleUsers(context, await directory.readResources(organization, 'user', ids))
    if (!settled.ok) return settled
  }
  return accept(latest)
}

/** Members are kept apart from the attributes of a group. `present` are members already, and are not looked up again. */
async function draftOf(
  context: ScimContext,
  type: ResourceType,
  resource: JsonObject,
  present: readonly string[],
): Promise<Outcome<Draft>> {
  const { members, ...rest } = resource
  const attributes = type.kind === 'group' ? rest : resource
  if (Buffer.byteLength(JSON.stringify(attributes)) > largestResource) {
    return refuse('scim_too_large', { detail: `a resource has at most ${largestResource} bytes` })
  }
  if (type.kind === 'user') return accept({ attributes, add: [], remove: [] })
  const read = await readMembers(context, listOf(members), present)
  if (!read.ok) return read
  const [wanted, known] = [new Set(read.value), new Set(present)]
  return accept({
    attributes,
    add: read.value.filter((id) => !known.has(id)),
    remove: present.filter((id) => !wanted.has(id)),
  })
}

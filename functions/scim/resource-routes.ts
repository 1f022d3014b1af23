import type { DirectoryResource } from '@rolecast/core/application/directory/ports'
import { accept, type Outcome } from '@rolecast/core/domain/decision/refusal'
import type { Json } from '@rolecast/core/domain/scim/json'
import type { Projection } from '@rolecast/core/domain/scim/project-resource'
import type { ResourceType } from '@rolecast/core/domain/scim/resource-type'
import type { ScimContext } from './context.ts'
import { entityTag, namesRevision } from './entity-tag.ts'
import type { ScimAnswer, ScimRequest } from './http.ts'
import { readQuery } from './query.ts'
import { locationOf, represent } from './representation.ts'
import { createResource, deleteResource, patchResource, readAt, replaceResource, type Target } from './resources.ts'

/** `POST /Users`, `POST /Groups`. */
export async function answerResources(
  context: ScimContext,
  type: ResourceType,
  request: ScimRequest,
  body: Json,
): Promise<Outcome<ScimAnswer>> {
  const query = readQuery(request.query)
  if (!query.ok) return query
  const created = await createResource(context, type, { body, id: context.newId() })
  if (!created.ok) return created
  const answer = await shown(context, type, created.value, query.value.projection)
  return accept({ ...answer, status: 201 })
}

/** A resource by its id: read, replaced, changed or deleted. */
export async function answerResource(
  context: ScimContext,
  { type, id }: Target,
  request: ScimRequest,
  body: Json,
): Promise<Outcome<ScimAnswer>> {
  const query = readQuery(request.query)
  if (!query.ok) return query
  const { projection } = query.value
  const target = { type, id, ifMatch: request.headers['if-match'] }
  switch (request.method) {
    case 'PUT': {
      const replaced = await replaceResource(context, target, body)
      return replaced.ok ? accept(await shown(context, type, replaced.value, projection)) : replaced
    }
    case 'PATCH': {
      const patched = await patchResource(context, target, body)
      if (!patched.ok) return patched
      // A group may have very many members, so it is shown to those who ask (RFC 7644 section 3.5.2 leaves the choice).
      const isShown = type.kind === 'user' || Object.keys(projection).length > 0
      return accept(
        isShown ? await shown(context, type, patched.value, projection) : empty(context, type, patched.value),
      )
    }
    case 'DELETE': {
      const deleted = await deleteResource(context, target)
      return deleted.ok ? accept({ status: 204, headers: {} }) : deleted
    }
    default: {
      const found = await readAt(context, { type, id })
      if (!found.ok) return found
      const known = request.headers['if-none-match']
      if (known !== undefined && namesRevision(known, found.value.revision)) {
        return accept({ status: 304, headers: { etag: entityTag(found.value.revision) } })
      }
      return accept(await shown(context, type, found.value, projection))
    }
  }
}

function headersOf(context: ScimContext, type: ResourceType, { id, revision }: DirectoryResource) {
  const location = locationOf(context, type, id)
  return { etag: entityTag(revision), location, 'content-location': location }
}

async function shown(
  context: ScimContext,
  type: ResourceType,
  resource: DirectoryResource,
  projection: Projection,
): Promise<ScimAnswer> {
  const [body = {}] = await represent(context, type, [resource], projection)
  return { status: 200, headers: headersOf(context, type, resource), body }
}

function empty(context: ScimContext, type: ResourceType, resource: DirectoryResource): ScimAnswer {
  return { status: 204, headers: headersOf(context, type, resource) }
}

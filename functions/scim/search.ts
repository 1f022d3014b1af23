import type { DirectoryResource, NameAttribute } from '@rolecast/core/application/directory/ports'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { satisfies } from '@rolecast/core/domain/scim/evaluate-filter'
import type { Filter } from '@rolecast/core/domain/scim/filter'
import type { JsonObject } from '@rolecast/core/domain/scim/json'
import { parseFilter } from '@rolecast/core/domain/scim/parse-filter'
import { projectResource } from '@rolecast/core/domain/scim/project-resource'
import { type AttributePath, type ResourceType, resolvePath } from '@rolecast/core/domain/scim/resource-type'
import type { ScimContext } from './context.ts'
import { type Position, readCursor, writeCursor } from './cursor.ts'
import { pageSize, type Query } from './query.ts'
import { represent } from './representation.ts'
import { at, compare, type Found, sort, sortKey } from './sort-order.ts'

/** Resources that one request looks at: to count, to sort, and to page by index, all of them must be. */
const mostScanned = 10_000

/** Above that, a page by cursor ends when it has looked at this many more, whether or not it is full. */
const scannedInAWalk = 2_000

const atOnce = 500

/** One type of resource with the filter and the sort attribute as it understands them. */
interface Plan {
  readonly type: ResourceType
  readonly filter?: Filter
  readonly sortBy?: AttributePath
}

/**
 * A page of a list (RFC 7644 section 3.4.2). The order is that of creation, or the one asked for. Refuses with `scim_invalid_filter`,
 * `scim_invalid_value`, `scim_invalid_cursor`, `scim_invalid_count`, or `scim_too_many` above `mostScanned` resources.
 */
export async function search(
  context: ScimContext,
  types: readonly ResourceType[],
  query: Query,
): Promise<Outcome<JsonObject>> {
  const plans = plan(types, query)
  if (!plans.ok) return plans
  const size = Math.min(query.count ?? pageSize.otherwise, pageSize.most)
  const { page } = query
  if ('startIndex' in page) {
    const found = await find(context, plans.value)
    if (found === undefined) return refuse('scim_too_many', { detail: `there are more than ${mostScanned} to look at` })
    const { startIndex } = page
    const sorted = sort(found, query)
    const shown = await show(context, sorted.slice(startIndex - 1, startIndex - 1 + size), query)
    return accept(list(shown, { totalResults: sorted.length, startIndex }))
  }
  const { projection: _, page: __, count, ...rest } = query
  const made = { identity: JSON.stringify([types.map(({ name }) => name), rest]), count }
  const position: Outcome<Position | undefined> =
    page.cursor === '' ? accept(undefined) : readCursor(context, made, page.cursor)
  if (!position.ok) return position
  const found = position.value?.long === true ? undefined : await find(context, plans.value)
  if (found === undefined && query.sort !== undefined) {
    return refuse('scim_too_many', { detail: `more than ${mostScanned} cannot be sorted` })
  }
  const part =
    found === undefined
      ? await walk(context, plans.value, { after: position.value?.after, size })
      : following(sort(found, query), { after: position.value?.after, size, query })
  const { last, hasMore } = part
  const next =
    last === undefined || !hasMore
      ? {}
      : { nextCursor: writeCursor(context, made, { after: last, ...(found === undefined && { long: true }) }) }
  const total = found === undefined ? {} : { totalResults: found.length }
  return accept(list(await show(context, part.shown, query), { ...total, ...next }))
}

/** A page, and where the next one begins. */
interface Part {
  readonly shown: readonly Found[]
  readonly last: Position['after'] | undefined
  readonly hasMore: boolean
}

function following(
  sorted: readonly Found[],
  {
    after,
    size,
    query,
  }: { readonly after: Position['after'] | undefined; readonly size: number; readonly query: Query },
): Part {
  const start = after === undefined ? 0 : sorted.findIndex((each) => compare(each, after, query) > 0)
  const left = start < 0 ? [] : sorted.slice(start)
  const shown = left.slice(0, size)
  const last = shown.at(-1)
  return { shown, last: last === undefined ? undefined : at(last), hasMore: left.length > shown.length }
}

/** A part of a list that is too long to be counted: as far as the page is full, or enough has been looked at. */
async function walk(
  context: ScimContext,
  plans: readonly Plan[],
  { after, size }: { readonly after: Position['after'] | undefined; readonly size: number },
): Promise<Part> {
  const shown: Found[] = []
  let last = after
  let scanned = 0
  const from = Math.max(
    0,
    plans.findIndex(({ type }) => type.kind === after?.[0]),
  )
  for (const [index, one] of plans.slice(from).entries()) {
    const start = index === 0 ? after?.[2] : undefined
    for await (const resources of candidates(context, one, start)) {
      for (const each of await matching(context, one, resources)) {
        if (shown.length === size) return { shown, last, hasMore: true }
        shown.push(each)
        last = at(each)
      }
      scanned += resources.length
      const reached = resources.at(-1)
      if (reached !== undefined) last = [one.type.kind, '', reached.id]
      if (scanned >= scannedInAWalk) return { shown, last, hasMore: true }
    }
  }
  return { shown, last, hasMore: false }
}

function list(resources: readonly JsonObject[], more: JsonObject): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    ...more,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

/** A filter or a sort attribute that some of several types do not have is, for these, one without a value (section 3.4.2.1). */
function plan(types: readonly ResourceType[], query: Query): Outcome<readonly Plan[]> {
  const plans: Plan[] = []
  for (const type of types) {
    const filter = query.filter === undefined ? undefined : parseFilter(query.filter, type, types)
    if (filter?.ok === false) return filter
    const { sort } = query
    const paths = sort === undefined ? [] : [type, ...types].map((each) => resolvePath(each, sort.by))
    const sortBy = paths.find((path) => path?.attribute !== undefined)
    if (sort !== undefined && sortBy === undefined) {
      return refuse('scim_invalid_value', { detail: '"sortBy" names no attribute' })
    }
    plans.push({ type, ...(filter !== undefined && { filter: filter.value }), ...(sortBy !== undefined && { sortBy }) })
  }
  return accept(plans)
}

/** Everything that satisfies the plans; `undefined` where too much would have to be looked at. */
async function find(context: ScimContext, plans: readonly Plan[]): Promise<readonly Found[] | undefined> {
  const found: Found[] = []
  let scanned = 0
  for (const each of plans) {
    for await (const resources of candidates(context, each)) {
      scanned += resources.length
      if (scanned > mostScanned) return undefined
      found.push(...(await matching(context, each, resources)))
    }
  }
  return found
}

/** What the filter does not ask about is read for the page alone. */
async function matching(
  context: ScimContext,
  { type, filter, sortBy }: Plan,
  resources: readonly DirectoryResource[],
): Promise<readonly Found[]> {
  const excluded = ['groups', 'members'].filter((name) => !asksAbout(filter, name))
  const wholes = await represent(context, type, resources, { excluded })
  return resources.flatMap((resource, index) => {
    const whole = wholes[index] ?? {}
    if (filter !== undefined && !satisfies(whole, filter)) return []
    return { type, resource, whole, key: sortBy === undefined ? '' : sortKey(whole, sortBy) }
  })
}

/** By the names that the filter demands, in one read; else all behind an id, in portions. */
async function* candidates(
  { directory, organization }: ScimContext,
  { type, filter }: Plan,
  start?: string,
): AsyncGenerator<readonly DirectoryResource[]> {
  const { kind } = type
  const demanded = filter === undefined ? undefined : demandedName(filter, kind)
  if (demanded !== undefined) {
    const { attribute, value } = demanded
    const owners =
      attribute === 'id' ? [[value]] : await directory.findOwners(organization, kind, [{ attribute, value }])
    const ids = owners.flatMap((each) => each ?? [])
    yield (await directory.readResources(organization, kind, ids)).filter(({ deleted }) => !deleted)
    return
  }
  let after = start
  do {
    const from = after === undefined ? {} : { after }
    const page = await directory.listResources(organization, kind, { ...from, limit: atOnce })
    yield page.resources
    after = page.next
  } while (after !== undefined)
}

/** An equality that every resource must satisfy and that leads to it without a search; the other parts are checked on what it finds. */
function demandedName(
  filter: Filter,
  kind: ResourceType['kind'],
): { readonly attribute: NameAttribute | 'id'; readonly value: string } | undefined {
  if (filter.kind === 'and') {
    return filter.parts.map((part) => demandedName(part, kind)).find((each) => each !== undefined)
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined
  const { extension, attribute, sub } = filter.path
  if (extension !== undefined || sub !== undefined) return undefined
  const { value } = filter
  switch (attribute?.name) {
    case 'id':
      return { attribute: 'id', value }
    case 'externalId':
      return { attribute: 'externalId', value }
    case 'userName':
      return { attribute: 'userName', value }
    case 'displayName':
      return kind === 'group' ? { attribute: 'displayName', value } : undefined
    default:
      return undefined
  }
}

function asksAbout(filter: Filter | undefined, name: string): boolean {
  if (filter === undefined) return false
  if ('parts' in filter) return filter.parts.some((part) => asksAbout(part, name))
  if (filter.kind === 'not') return asksAbout(filter.part, name)
  return filter.path.attribute?.name === name
}

async function show(context: ScimContext, page: readonly Found[], query: Query): Promise<readonly JsonObject[]> {
  const shown = new Map<string, JsonObject>()
  for (const type of new Set(page.map((each) => each.type))) {
    const resources = page.filter((each) => each.type === type).map(({ resource }) => resource)
    const wholes = await represent(context, type, resources, query.projection)
    for (const [index, { id }] of resources.entries()) shown.set(id, wholes[index] ?? {})
  }
  return page.map(
    ({ resource, type, whole }) => shown.get(resource.id) ?? projectResource(type, whole, query.projection),
  )
}

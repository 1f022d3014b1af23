import * as v from 'valibot'
import { StoreCorrupt } from '../../application/ports.ts'
import type { ItemChange, StreamChange } from '../../domain/projection/item-change.ts'
import { fromAccountItem } from './account-item.ts'
import type { Item } from './conditions.ts'
import { fromCustomRoleItem } from './custom-role-item.ts'
import { projectedItemKey } from './keys.ts'
import { fromOrganizationItem } from './organization-item.ts'

/** A record of the table's stream as Lambda hands it over (`Records` of its event). Other members do not matter here. */
const streamRecord = v.object({
  eventSourceARN: v.string(),
  dynamodb: v.object({
    ApproximateCreationDateTime: v.number(),
    SequenceNumber: v.pipe(v.string(), v.digits()),
    NewImage: v.optional(v.record(v.string(), v.unknown())),
    OldImage: v.optional(v.record(v.string(), v.unknown())),
  }),
})

/** What a record is about: a change that the views follow, or an event that now waits to be told. */
export type StreamNews =
  /** `item`: the same for changes of the same item. */
  | { readonly news: 'change'; readonly item: string; readonly streamed: StreamChange }
  | { readonly news: 'pending'; readonly eventId: string }

/** `undefined` for a record of another kind of item, or of nothing that anybody waits for. Throws StoreCorrupt. */
export function readStreamRecord(record: unknown): StreamNews | undefined {
  const parsed = v.safeParse(streamRecord, record)
  if (!parsed.success) throw new StoreCorrupt('a record of the stream cannot be read')
  const { eventSourceARN, dynamodb } = parsed.output
  const before = imageOf(dynamodb.OldImage)
  const after = imageOf(dynamodb.NewImage)
  const kind = (after ?? before)?.['kind']
  if (kind === 'outbox') return before === undefined ? pendingOf(after) : undefined
  const change = changeOf(kind, before, after)
  if (change === undefined) return undefined
  const stream = eventSourceARN.split('/stream/')[1] ?? eventSourceARN
  const position = { stream, sequence: dynamodb.SequenceNumber }
  const item = projectedItemKey(change).pk
  return {
    news: 'change',
    item,
    streamed: { change, position, at: Math.round(dynamodb.ApproximateCreationDateTime * 1000) },
  }
}

function pendingOf(item: Item | undefined): StreamNews | undefined {
  const eventId = item?.['eventId']
  if (typeof eventId !== 'string') throw new StoreCorrupt('a stored outbound event cannot be read')
  return { news: 'pending', eventId }
}

function changeOf(kind: unknown, before: Item | undefined, after: Item | undefined): ItemChange | undefined {
  const one = after ?? before
  if (one === undefined) return undefined
  const name = (attribute: string) => String(one[attribute])
  const both = <T>(from: (item: Item) => T): { readonly before?: T; readonly after?: T } => ({
    ...(before !== undefined && { before: from(before) }),
    ...(after !== undefined && { after: from(after) }),
  })
  const organization = name('organization')
  switch (kind) {
    case 'account': {
      const key = { organization, account: name('account') }
      return { kind, ...key, ...both((item) => fromAccountItem(key, item).record) }
    }
    case 'role': {
      const application = name('application')
      const images = both((item) => fromCustomRoleItem(organization, application, item))
      return { kind, organization, application, id: name('id'), ...images }
    }
    case 'organization':
      return { kind, organization, ...both((item) => fromOrganizationItem(organization, item)) }
    default:
      return undefined
  }
}

function imageOf(image: Readonly<Record<string, unknown>> | undefined): Item | undefined {
  return image === undefined ? undefined : members(image)
}

function members(image: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, plainOf(value)]))
}

/** DynamoDB's JSON. Of its types, those that our items are made of; anything else stays what no schema takes. */
function plainOf(value: unknown): unknown {
  const [[type, inner] = []] = Object.entries(value ?? {})
  switch (type) {
    case 'S':
    case 'BOOL':
      return inner
    case 'N':
      return Number(inner)
    case 'L':
      return Array.isArray(inner) ? inner.map(plainOf) : undefined
    case 'M':
      return typeof inner === 'object' && inner !== null ? members(inner as Record<string, unknown>) : undefined
    default:
      return undefined
  }
}

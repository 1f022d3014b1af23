import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { AwsFault, type Operation } from '../services/aws-json.ts'
import type { DeniesPutEvents } from './bus-policy.ts'
import { type DeliveryContext, deliver } from './deliver.ts'
import { matchesPattern } from './event-pattern.ts'
import { nameOfBus, type Rule } from './rule.ts'

/** What PutEvents takes (EventBridge quotas): entries of one request, and bytes of all of them. */
const MOST_ENTRIES = 10
const MOST_BYTES = 256 * 1024

const entry = v.object({
  Source: v.optional(v.string()),
  DetailType: v.optional(v.string()),
  Detail: v.optional(v.string()),
  EventBusName: v.optional(v.string(), 'default'),
  Resources: v.optional(v.array(v.string()), []),
  Time: v.optional(v.union([v.number(), v.string()])),
})
const input = v.object({ Entries: v.array(entry) })
type Entry = v.InferOutput<typeof entry>

export interface Bus {
  /** Takes events like PutEvents does, and answers before they are delivered. */
  readonly putEvents: Operation
  /** When all events taken so far are delivered or given up. */
  settled(): Promise<void>
}

export interface BusOptions extends DeliveryContext {
  readonly rules: readonly Rule[]
  /** Names of the buses; `default` is always there. */
  readonly buses: readonly string[]
  readonly account: string
  readonly region: string
  /** Default: no bus has a policy. */
  readonly denies?: DeniesPutEvents
}

export function openBus({ rules, buses, account, region, denies, ...context }: BusOptions): Bus {
  const known = new Set([...buses, 'default'])
  const underway = new Set<Promise<void>>()
  const publish = (bus: string, event: unknown) => {
    for (const rule of rules) {
      if (!rule.enabled || rule.bus !== bus || rule.pattern === undefined) continue
      if (!matchesPattern(rule.pattern, event)) continue
      const delivery = deliver(rule, event, context).finally(() => underway.delete(delivery))
      underway.add(delivery)
    }
  }
  const take = (given: Entry) => {
    const fault = faultOf(given)
    if (fault !== undefined) return fault
    const bus = nameOfBus(given.EventBusName)
    // A bus that is not there takes the event and loses it, on AWS too.
    if (!known.has(bus)) context.log('bus', `there is no bus "${bus}"; the event is lost`)
    const id = randomUUID()
    publish(bus, {
      version: '0',
      id,
      'detail-type': given.DetailType,
      source: given.Source,
      account,
      time: isoTime(given.Time),
      region,
      resources: given.Resources,
      detail: JSON.parse(given.Detail ?? ''),
    })
    return { EventId: id }
  }
  return {
    async putEvents(request) {
      const parsed = v.safeParse(input, request)
      const entries = parsed.success ? parsed.output.Entries : []
      if (entries.length < 1 || entries.length > MOST_ENTRIES) {
        throw new AwsFault('ValidationException', `Entries takes 1 to ${MOST_ENTRIES} events`)
      }
      if (entries.reduce((bytes, one) => bytes + sizeOf(one), 0) > MOST_BYTES) {
        throw new AwsFault('ValidationException', 'Total size of the entries in the request is over the limit.')
      }
      for (const [bus, given] of Map.groupBy(entries, ({ EventBusName }) => nameOfBus(EventBusName))) {
        if (denies?.({ bus, sources: given.map(({ Source = '' }) => Source) }) !== true) continue
        throw new AwsFault(
          'AccessDeniedException',
          `An explicit deny in the resource policy of ${bus} refuses the request`,
        )
      }
      const results = entries.map(take)
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results }
    },
    async settled() {
      while (underway.size > 0) await Promise.allSettled(underway)
    },
  }
}

function faultOf({ Source, DetailType, Detail }: Entry) {
  if (Source === undefined || DetailType === undefined || Detail === undefined) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source, DetailType and Detail are required.' }
  }
  try {
    const detail: unknown = JSON.parse(Detail)
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined
  } catch {
    // Answered below, like every other detail that is no object.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
}

function sizeOf({ Source = '', DetailType = '', Detail = '', Resources, Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources]
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), Time === undefined ? 0 : 14)
}

/** SDKs send epoch seconds. */
function isoTime(time: number | string | undefined): string {
  const date = time === undefined ? new Date() : new Date(typeof time === 'number' ? time * 1000 : time)
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

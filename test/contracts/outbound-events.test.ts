import { readdirSync, readFileSync } from 'node:fs'
import type { EventBridgeClient, PutEventsCommand, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge'
import { EventBridgeOutbound } from '@rolecast/core/adapters/bus/event-bridge-outbound'
import { outboundEventId } from '@rolecast/core/adapters/bus/outbound-event-id'
import { BusUnavailable } from '@rolecast/core/application/sync/ports'
import type { PendingEvent } from '@rolecast/core/application/sync/projection-ports'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

const events = new URL('../../events/', import.meta.url)
const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, events), 'utf8'))
const samplesOf = (folder: string) =>
  readdirSync(new URL(folder, events)).map((name) => [name, json(`${folder}/${name}`)] as const)
const ajv = new Ajv2020({ strict: true })
const contracts = ['permissions-changed', 'role-changed'].map((name) => {
  const schema = json(`${name}/v1.schema.json`) as object
  return { name, validate: ajv.compile(schema), properties: Object.keys((schema as { properties: object }).properties) }
})

describe.each(contracts)('the contract of $name, version 1', ({ name, validate }) => {
  it.each(samplesOf(`${name}/samples/accepted`))('takes %s', (_, sample) => {
    expect(validate(sample), JSON.stringify(validate.errors)).toBe(true)
  })

  it.each(samplesOf(`${name}/samples/refused`))('refuses %s', (_, sample) => {
    expect(validate(sample)).toBe(false)
  })
})

const at = 1_793_000_000_000
const position = { stream: '2026-11-01T00:00:00.000', sequence: '7' }
const permissionsChanged: PendingEvent = {
  eventId: outboundEventId({ kind: 'account', organization: 'acme', account: 'ada\ud800' }, position, at),
  event: {
    type: 'Permissions Changed',
    organization: 'acme',
    account: 'ada\ud800',
    version: 2,
    previousVersion: 1,
    applications: ['shop'],
    everyApplication: false,
    mayRemove: true,
    changedAt: at,
  },
}
const roleChanged: PendingEvent = {
  eventId: outboundEventId({ kind: 'role', organization: 'acme', application: 'shop', id: 'packer' }, position, at),
  event: {
    type: 'Role Changed',
    organization: 'acme',
    application: 'shop',
    role: 'custom:packer',
    change: 'changed',
    revision: 5,
    mayRemove: false,
    changedAt: at,
  },
}

/** A bus that keeps the first `kept` entries of every put. */
function busOf(kept = 10) {
  const puts: PutEventsCommand['input'][] = []
  const send = async ({ input }: PutEventsCommand): Promise<Partial<PutEventsCommandOutput>> => {
    puts.push(input)
    const Entries = (input.Entries ?? []).map((_, index) =>
      index < kept ? { EventId: String(index) } : { ErrorCode: 'ThrottlingException' },
    )
    return { Entries, FailedEntryCount: Math.max(0, Entries.length - kept) }
  }
  const client = { send } as unknown as Pick<EventBridgeClient, 'send'>
  return { puts, bus: new EventBridgeOutbound({ bus: 'outbound', client }) }
}

describe('what is put onto the bus', () => {
  it.each([
    ['Permissions Changed', permissionsChanged, 0],
    ['Role Changed', roleChanged, 1],
  ] as const)('as %s is what its contract says, to the member', async (type, pending, index) => {
    const { bus, puts } = busOf()
    await bus.publishEvents([pending])
    const [entry] = puts[0]?.Entries ?? []
    expect(entry).toMatchObject({ EventBusName: 'outbound', Source: 'rolecast.permissions', DetailType: type })
    const contract = contracts[index]
    const detail = JSON.parse(entry?.Detail ?? '')
    expect(contract?.validate(detail), JSON.stringify(contract?.validate.errors)).toBe(true)
    expect(Object.keys(detail).toSorted()).toEqual(contract?.properties.toSorted())
    expect(detail).toMatchObject({ organization: 'acme', eventId: pending.eventId })
  })

  it('goes ten at a time', async () => {
    const { bus, puts } = busOf()
    await bus.publishEvents(Array.from({ length: 23 }, () => roleChanged))
    expect(puts.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 3])
  })

  it('is not taken for kept where the bus says otherwise, or nothing', async () => {
    await expect(busOf(1).bus.publishEvents([roleChanged, permissionsChanged])).rejects.toThrow('kept 1 of 2 events')
    const silent = { send: async () => ({}) } as unknown as Pick<EventBridgeClient, 'send'>
    const bus = new EventBridgeOutbound({ bus: 'outbound', client: silent })
    await expect(bus.publishEvents([roleChanged])).rejects.toThrow(BusUnavailable)
  })

  it('names in its failure no content', async () => {
    const send = async () => Promise.reject(new TypeError('ada is secret'))
    const bus = new EventBridgeOutbound({ bus: 'outbound', client: { send } as unknown as EventBridgeClient })
    await expect(bus.publishEvents([permissionsChanged])).rejects.toThrow('PutEvents failed: TypeError')
  })
})

describe('the identifier of an event', () => {
  it('differs with the item and with the change, and with nothing else', () => {
    const account = (name: string) => ({ kind: 'account', organization: 'acme', account: name }) as const
    const ids = [
      outboundEventId(account('ada'), position, at),
      outboundEventId(account('eve'), position, at),
      outboundEventId(account('ada'), { ...position, sequence: '8' }, at),
      outboundEventId(account('ada'), { ...position, stream: '2026-12' }, at),
      outboundEventId({ kind: 'role', organization: 'acme', application: 'shop', id: 'ada' }, position, at),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(outboundEventId(account('ada'), { ...position }, at)).toBe(ids[0])
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pollerOf } from '@rolecast/core/adapters/hints/receivers'
import { MemoryHintPublisher } from '@rolecast/core/adapters/memory/hint-publisher'
import { sha256 } from '@rolecast/core/adapters/tokens/sha256'
import type { ParkedEvent } from '@rolecast/core/application/sync/ports'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hookSecret, sample, transmitter } from '../../test/support/hooks.ts'
import {
  createProviderKey,
  type KeySetServer,
  type ProviderKey,
  signAsProvider,
  startKeySetServer,
} from '../../test/support/key-set-server.ts'
import { createHandler, PollFailed } from './create-handler.ts'

const now = 1_793_046_500_000
let key: ProviderKey
let keys: KeySetServer
beforeAll(async () => {
  key = await createProviderKey('one')
  keys = await startKeySetServer(key)
})
afterAll(() => keys.close())

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

interface Request {
  readonly ack?: readonly string[]
  readonly setErrs?: Readonly<Record<string, { readonly err: string }>>
  readonly maxEvents: number
  readonly returnImmediately: boolean
}

/** A transmitter (RFC 8936) that holds events until they are acknowledged. `fault` answers instead of it. */
async function startTransmitter(fault?: (poll: number) => { status?: number; body?: string } | undefined) {
  const held = new Map<string, string>()
  const requests: Request[] = []
  const seen: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body: Request = JSON.parse(text)
    requests.push(body)
    seen.push(request.headers.authorization)
    const broken = fault?.(requests.length - 1)
    if (broken !== undefined) return void response.writeHead(broken.status ?? 200).end(broken.body)
    for (const jti of [...(body.ack ?? []), ...Object.keys(body.setErrs ?? {})]) held.delete(jti)
    const sets = Object.fromEntries([...held].slice(0, body.maxEvents))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ sets, moreAvailable: held.size > Object.keys(sets).length }))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const hold = async (jti: string, claims: object = {}) => {
    const all = { ...JSON.parse(sample('ssf', 'session-revoked')), jti, ...claims }
    held.set(jti, await signAsProvider(key, all, { typ: 'secevent+jwt' }))
  }
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/poll`, held, requests, seen, hold }
}

function setUp(endpoints: Readonly<Record<string, string>>, jwksUri = keys.url) {
  const clock = () => now
  const hints = new MemoryHintPublisher()
  const parked: Omit<ParkedEvent, 'attempts' | 'truncated'>[] = []
  const lines: string[] = []
  const secrets = { readSecret: async () => JSON.stringify({ secret: hookSecret }) }
  const polls = Object.entries(endpoints).map(([name, endpoint]) => {
    const shared = { kind: 'ssf-poll', name, organization: 'acme', secretArn: 'arn', accounts: 'iss_sub' } as const
    return [name, pollerOf({ ...shared, ...transmitter, jwksUri, endpoint }, { secrets, clock })] as const
  })
  const run = createHandler({
    polls: new Map(polls),
    hints,
    parked: {
      park: async (event) => {
        parked.push(event)
      },
    },
    digest: sha256,
    clock,
    limits: { maxEvents: 2, maxPolls: 5, untilMs: 1_000 },
    write: (line) => lines.push(line),
  })
  return { run, hints, parked, lines }
}

describe('a poll', () => {
  it('puts hints onto the bus and acknowledges them with the poll after', async () => {
    const signals = await startTransmitter()
    for (const jti of ['a', 'b', 'c']) await signals.hold(jti)
    const { run, hints } = setUp({ signals: signals.endpoint })
    expect(await run()).toMatchObject({ signals: { taken: 3, refused: 0, left: 0, more: false } })
    expect(hints.published).toHaveLength(3)
    expect(hints.published[0]).toMatchObject({ source: 'signals', organization: 'acme', account: 'acme-vera' })
    expect(signals.requests).toEqual([
      { maxEvents: 2, returnImmediately: true },
      { maxEvents: 2, returnImmediately: true, ack: ['a', 'b'] },
      { maxEvents: 0, returnImmediately: true, ack: ['c'] },
    ])
    expect(signals.held.size).toBe(0)
    expect(new Set(signals.seen)).toEqual(new Set([`Bearer ${hookSecret}`]))
  })

  it('of a transmitter that has nothing asks once', async () => {
    const signals = await startTransmitter()
    const { run } = setUp({ signals: signals.endpoint })
    expect(await run()).toMatchObject({ signals: { taken: 0, more: false } })
    expect(signals.requests).toHaveLength(1)
  })

  it('acknowledges nothing that the bus did not keep', async () => {
    const signals = await startTransmitter()
    await signals.hold('a')
    const { run, hints, lines } = setUp({ signals: signals.endpoint })
    hints.failing = true
    await expect(run()).rejects.toThrow(PollFailed)
    expect(lines.join()).toContain('BusUnavailable')
    expect(signals.held.size).toBe(1)
    expect(signals.requests).toEqual([{ maxEvents: 2, returnImmediately: true }])
    hints.failing = false
    await run()
    expect(hints.published).toHaveLength(1)
    expect(signals.held.size).toBe(0)
  })

  it('parks and reports an event that cannot be taken, and takes the others', async () => {
    const signals = await startTransmitter()
    await signals.hold('a', { aud: 'other' })
    await signals.hold('b')
    signals.held.set('c', 'no.token.atall')
    const { run, hints, parked } = setUp({ signals: signals.endpoint })
    expect(await run()).toMatchObject({ signals: { taken: 1, refused: 2 } })
    expect(hints.published).toHaveLength(1)
    expect(parked.map(({ refusal }) => refusal.code)).toEqual(['wrong_audience', 'malformed_token'])
    const errors = signals.requests.flatMap(({ setErrs }) => Object.entries(setErrs ?? {}))
    expect(errors.map(([jti, { err }]) => [jti, err])).toEqual([
      ['a', 'invalid_audience'],
      ['c', 'invalid_request'],
    ])
  })

  it('reports an event that comes under the name of another one', async () => {
    const signals = await startTransmitter()
    await signals.hold('a', { jti: 'b' })
    const { run, hints, parked } = setUp({ signals: signals.endpoint })
    await run()
    expect(hints.published).toEqual([])
    expect(parked).toMatchObject([{ refusal: { code: 'malformed_claim', evidence: { claim: 'jti' } } }])
  })

  it('leaves events with their transmitter while its keys cannot be had, and does not ask in circles', async () => {
    const signals = await startTransmitter()
    for (const jti of ['a', 'b', 'c']) await signals.hold(jti)
    const { run, parked } = setUp({ signals: signals.endpoint }, 'http://127.0.0.1:1/jwks')
    expect(await run()).toMatchObject({ signals: { taken: 0, left: 2 } })
    expect(signals.held.size).toBe(3)
    expect(signals.requests).toHaveLength(1)
    expect(parked).toEqual([])
  })

  it('ends after some rounds with a transmitter that never forgets', async () => {
    const signals = await startTransmitter()
    await signals.hold('a')
    const token = signals.held.get('a')
    const forgetful = await startTransmitter(() => ({
      body: JSON.stringify({ sets: { a: token }, moreAvailable: true }),
    }))
    const { run } = setUp({ signals: forgetful.endpoint })
    expect(await run()).toMatchObject({ signals: { taken: 5, more: true } })
    expect(forgetful.requests).toHaveLength(6)
  })
})

describe('a transmitter', () => {
  it.each<[string, { status?: number; body?: string }, string]>([
    ['that refuses us', { status: 401 }, 'refused'],
    ['that is out of order', { status: 500 }, 'status'],
    ['that sends us elsewhere', { status: 302 }, 'network'],
    ['that answers with a page', { body: '<html>' }, 'garbage'],
    ['that answers with no events at all', { body: '{}' }, 'garbage'],
    ['that repeats a member', { body: '{"sets":{},"sets":{"a":"b"}}' }, 'garbage'],
  ])('%s fails the run, and keeps no other from being asked', async (_, fault, reason) => {
    const broken = await startTransmitter(() => ({ ...fault, ...(fault.status === 302 && { body: '' }) }))
    const signals = await startTransmitter()
    await signals.hold('a')
    const { run, hints, lines } = setUp({ broken: broken.endpoint, signals: signals.endpoint })
    await expect(run()).rejects.toThrow('1 of 2 transmitters')
    expect(hints.published).toHaveLength(1)
    expect(lines.join()).toContain(`"failure":"${reason}"`)
  })

  it('that fails at the acknowledgement gives the same events again', async () => {
    const signals = await startTransmitter((poll) => (poll === 1 ? { status: 500 } : undefined))
    await signals.hold('a')
    const { run, hints } = setUp({ signals: signals.endpoint })
    await expect(run()).rejects.toThrow(PollFailed)
    await run()
    expect(hints.published.map(({ eventId }) => eventId)).toEqual([
      hints.published[0]?.eventId,
      hints.published[0]?.eventId,
    ])
    expect(signals.held.size).toBe(0)
  })
})

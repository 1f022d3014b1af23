import { createServer, type RequestListener, type Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import { IxAdmin } from '@rolecast/core/adapters/identity-admins/ix-admin/ix-admin'
import { afterEach, describe, expect, test } from 'vitest'
import { people, rolesOnOffer } from '../../../infra/local/demo-data.ts'
import type { FaultOrder } from '../../../infra/local/ix-admin/faults.ts'
import { startIxAdmin } from '../../../infra/local/ix-admin/server.ts'
import { type Listening, listen } from '../../../infra/local/listen.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** What only shows on a real connection: redirects, slow and endless bodies, compression, cut lines, and the stand-in's faults. */

const VERA = { organization: 'acme', account: 'acme-vera' }
const STATEMENT = { ...VERA, version: 1, status: 'active', roles: [], complete: true, occurredAt: 0 }
const json = { 'content-type': 'application/json' }
const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function serve(listener: RequestListener): Promise<Listening> {
  const server: Server = createServer(listener)
  const listening = await listen(server, { what: 'a test', port: 0 })
  open.push(listening)
  return listening
}

/** An adapter before a source that gives tokens and answers everything else like this. */
async function facing(answer: RequestListener): Promise<IxAdmin> {
  const source = await serve((request, response) => {
    if (request.url !== '/oauth/token') return answer(request, response)
    response.writeHead(200, json).end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', expires_in: 600 }))
  })
  return new IxAdmin({ baseUrl: source.url, clientId: 'rolecast', clientSecret: 'secret' })
}

async function timed<T>(promise: Promise<T>): Promise<{ readonly result: T; readonly tookMs: number }> {
  const startedAt = performance.now()
  const result = await promise
  return { result, tookMs: performance.now() - startedAt }
}

describe('a source on a real connection', () => {
  test('cannot send our credentials elsewhere by a redirect', async () => {
    let reached = 0
    const elsewhere = await serve((_, response) => {
      reached += 1
      response.writeHead(200, { ...json, etag: '"1"' }).end(JSON.stringify(STATEMENT))
    })
    for (const status of [301, 302, 307, 308]) {
      const admin = await facing((request, response) => {
        response.writeHead(status, { location: elsewhere.url + request.url }).end()
      })
      expect(await admin.readAccount(VERA, { deadlineMs: 2_000 })).toEqual({ outcome: 'refused', status })
    }
    expect(reached).toBe(0)
  })

  test('that drips its body is left at the deadline', async () => {
    const admin = await facing((_, response) => {
      response.writeHead(200, json)
      const dripping = setInterval(() => response.write(' '), 5)
      response.once('close', () => clearInterval(dripping))
    })
    const { result, tookMs } = await timed(admin.readAccount(VERA, { deadlineMs: 200 }))
    expect(result).toEqual({ outcome: 'timeout' })
    expect(tookMs).toBeGreaterThan(190)
    expect(tookMs).toBeLessThan(3_000)
  })

  test('whose token endpoint never answers is left at the deadline', async () => {
    const source = await serve(() => {})
    const admin = new IxAdmin({ baseUrl: source.url, clientId: 'rolecast', clientSecret: 'secret' })
    const { result, tookMs } = await timed(admin.readAccount(VERA, { deadlineMs: 150 }))
    expect(result).toEqual({ outcome: 'timeout' })
    expect(tookMs).toBeLessThan(3_000)
  })

  test.each([
    ['as it is', undefined],
    ['compressed', 'gzip'],
  ])('that sends too much, %s, is cut off', async (_, encoding) => {
    const blank = Buffer.alloc(1024 * 1024, ' ')
    let sent = 0
    const admin = await facing((_request, response) => {
      response.writeHead(200, { ...json, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) })
      if (encoding === 'gzip') response.end(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' ')))
      const more = () => {
        while (!response.destroyed && response.write(blank)) sent += 1
      }
      response.on('drain', more)
      if (encoding === undefined) more()
    })
    const { result, tookMs } = await timed(admin.readAccount(VERA, { deadlineMs: 5_000 }))
    expect(result).toEqual({ outcome: 'garbage', detail: 'more than 65536 bytes' })
    expect(tookMs).toBeLessThan(3_000)
    expect(sent).toBeLessThan(20)
  })

  test('that cuts the line in the middle is a network failure, after retries', async () => {
    let requests = 0
    const admin = await facing((_, response) => {
      requests += 1
      response.writeHead(200, { ...json, 'content-length': '500' })
      response.write('{"organization":')
      setTimeout(() => response.destroy(), 5)
    })
    expect(await admin.readAccount(VERA, { deadlineMs: 3_000 })).toEqual({ outcome: 'unavailable', cause: 'network' })
    expect(requests).toBe(4)
  })

  test('that nobody listens for is a network failure', async () => {
    const gone = await serve(() => {})
    await gone.close()
    open.pop()
    const admin = new IxAdmin({ baseUrl: gone.url, clientId: 'rolecast', clientSecret: 'secret' })
    expect(await admin.readAccount(VERA, { deadlineMs: 3_000 })).toEqual({ outcome: 'unavailable', cause: 'network' })
  })

  test('answers many readers with one token', async () => {
    let requests = 0
    const admin = await facing((_, response) => {
      requests += 1
      response.writeHead(200, { ...json, etag: '"1"' }).end(JSON.stringify(STATEMENT))
    })
    const all = await Promise.all(Array.from({ length: 50 }, () => admin.readAccount(VERA, { deadlineMs: 3_000 })))
    expect(all.every((each) => each.outcome === 'statement')).toBe(true)
    expect(requests).toBe(50)
  })
})

describe('each fault of the stand-in ends in its outcome', () => {
  const client = { clientId: 'rolecast', clientSecret: 'secret' }
  const garbage = { outcome: 'garbage', detail: expect.any(String) }

  test.each<[FaultOrder, object]>([
    [{ kind: 'none' }, { outcome: 'statement', statement: expect.anything(), etag: expect.any(String) }],
    [{ kind: 'slow', delayMs: 10_000 }, { outcome: 'timeout' }],
    [{ kind: 'slow', delayMs: 10_000, drip: true }, { outcome: 'timeout' }],
    [{ kind: 'down' }, { outcome: 'unavailable', cause: 'network' }],
    [
      { kind: 'down', status: 503 },
      { outcome: 'unavailable', cause: 'status' },
    ],
    [
      { kind: 'down', status: 503, retryAfterSeconds: 9 },
      { outcome: 'unavailable', cause: 'status', retryAfterMs: 9_000 },
    ],
    [{ kind: 'garbage' }, garbage],
    [{ kind: 'garbage', style: 'html' }, garbage],
    [{ kind: 'garbage', style: 'foreign_account' }, garbage],
    [{ kind: 'garbage', style: 'unknown_member' }, garbage],
    [{ kind: 'garbage', style: 'repeated_member' }, garbage],
    [{ kind: 'garbage', style: 'too_large' }, garbage],
    [{ kind: 'garbage', style: 'not_found_page' }, garbage],
    [{ kind: 'partial' }, { outcome: 'partial' }],
    [
      { kind: 'rate_limit', retryAfterSeconds: 9 },
      { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 9_000 },
    ],
  ])('%j', async (order, end) => {
    const server = await startIxAdmin({
      port: 0,
      dataFolder: temporaryFolder(),
      clients: [{ ...client, scopes: ['statements:read'] }],
      people,
      rolesOnOffer,
    })
    open.push(server)
    server.fault(order)
    const admin = new IxAdmin({ baseUrl: server.url, ...client })
    const { result, tookMs } = await timed(admin.readAccount(VERA, { deadlineMs: order.kind === 'slow' ? 300 : 3_000 }))
    expect(result).toEqual(end)
    expect(tookMs).toBeLessThan(6_000)
  })

  test('and a token that the source has forgotten is renewed', async () => {
    const clients = [{ ...client, scopes: ['statements:read'] as const }]
    const server = await startIxAdmin({ port: 0, dataFolder: temporaryFolder(), clients, people, rolesOnOffer })
    open.push(server)
    const admin = new IxAdmin({ baseUrl: server.url, ...client })
    await admin.readAccount(VERA, { deadlineMs: 2_000 })
    server.revokeTokens()
    expect((await admin.readAccount(VERA, { deadlineMs: 2_000 })).outcome).toBe('statement')
    const stranger = new IxAdmin({ baseUrl: server.url, ...client, clientSecret: 'guess' })
    expect(await stranger.readAccount(VERA, { deadlineMs: 2_000 })).toEqual({ outcome: 'refused', status: 401 })
  })
})

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { connectTokenService } from './token-service.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A token service on a real socket; counts requests and connections. */
async function serve(answer: Answer, deadlineMs = 2000) {
  const seen: { method: string; url: string; type: string; body: string }[] = []
  const sockets: Socket[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        body,
      })
      answer(request, response, body)
    })
  })
  server.on('connection', (socket) => sockets.push(socket))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const service = connectTokenService({ url: `http://127.0.0.1:${port}/api/`, application: 'flows', deadlineMs })
  return { service, seen, sockets, server }
}

const json =
  (status: number, value: unknown): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }

const unavailable = { ok: false, refusal: { code: 'token_service_unavailable' } }

describe('an exchange', () => {
  it('is a token exchange of RFC 8693 for this application', async () => {
    const { service, seen } = await serve(json(200, { access_token: 'new', token_type: 'Bearer', expires_in: 300 }))
    expect(await service.exchange('a.b.c', 0)).toEqual({ ok: true, value: 'new' })
    expect(await service.exchange('a.b.c')).toEqual({ ok: true, value: 'new' })
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/oauth/token',
      type: 'application/x-www-form-urlencoded',
    })
    const bodies = seen.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
    const expected = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'a.b.c',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'flows',
    }
    expect(bodies).toEqual([{ ...expected, assignment_max_age: '0' }, expected])
  })

  it('keeps its connection', async () => {
    const { service, seen, sockets } = await serve(json(200, { access_token: 'new' }))
    for (let at = 0; at < 5; at++) await service.exchange('a.b.c')
    expect([seen.length, sockets.length]).toEqual([5, 1])
  })

  it('asks again on a new connection when the kept one has died meanwhile', async () => {
    const { service, sockets } = await serve(json(200, { access_token: 'new' }))
    await service.exchange('a.b.c')
    for (const socket of sockets) socket.resetAndDestroy()
    expect(await service.exchange('a.b.c')).toEqual({ ok: true, value: 'new' })
    expect(sockets).toHaveLength(2)
  })

  it.each(['inactive', 'unconfirmed', 'not_granted', 'store_unavailable'])(
    'is refused with the code of the service: %s',
    async (code) => {
      const { service } = await serve(json(400, { error: 'invalid_request', code }))
      expect(await service.exchange('a.b.c')).toEqual({ ok: false, refusal: { code } })
    },
  )

  it.each<[string, Answer]>([
    ['a code nobody knows', json(400, { code: 'made_up' })],
    ['a code that is a property of every object', json(400, { code: 'constructor' })],
    ['an error without code', json(500, { message: 'Internal Server Error' })],
    ['a success without token', json(200, { token: 'new' })],
    ['a token that is no string', json(200, { access_token: ['new'] })],
    ['a success that names a code', json(200, { code: 'inactive' })],
    ['a token with an error status', json(500, { access_token: 'new' })],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'https://elsewhere.example/' }).end()],
    ['no JSON', (_, response) => response.end('<html>')],
    ['null', json(200, null)],
    ['nothing', (_, response) => response.end()],
    ['an answer without end', (_, response) => response.writeHead(200).write('{"access_token":"ne')],
    [
      'half an answer',
      (request, response) =>
        response.writeHead(200, { 'content-length': 99 }).write('{"access', () => request.socket.destroy()),
    ],
    ['a broken connection', (request) => request.socket.destroy()],
    ['silence', () => undefined],
    [
      'more than anybody wants to read',
      (_, response) => response.end(JSON.stringify({ access_token: 'new', pad: 'x'.repeat(70_000) })),
    ],
  ])('ends as unavailable, and in time, after %s', async (_, answer) => {
    const { service } = await serve(answer, 300)
    const started = performance.now()
    expect(await service.exchange('a.b.c')).toEqual(unavailable)
    expect(performance.now() - started).toBeLessThan(1500)
  })

  it('ends as unavailable when nobody listens', async () => {
    const { service, server } = await serve(json(200, {}))
    await new Promise((resolve) => server.close(resolve))
    expect(await service.exchange('a.b.c')).toEqual(unavailable)
  })
})

describe('what else is fetched', () => {
  it('is the key set', async () => {
    const { service, seen } = await serve(json(200, { keys: [] }))
    expect(await service.fetchKeys()).toEqual({ keys: [] })
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/.well-known/jwks.json' })
  })

  it('is a grant document, by its name only', async () => {
    const { service, seen } = await serve((_, response) => response.end('{"prm":"1r"}'))
    expect(await service.fetchGrantDocument('abc')).toBe('{"prm":"1r"}')
    await service.fetchGrantDocument('../oauth/token?x')
    expect(seen.map(({ url }) => url)).toEqual(['/api/grants/abc', '/api/grants/..%2Foauth%2Ftoken%3Fx'])
  })

  it('fails with its status', async () => {
    const { service } = await serve(json(404, { code: 'no_such_grant' }))
    await expect(service.fetchKeys()).rejects.toThrow('404')
    await expect(service.fetchGrantDocument('abc')).rejects.toThrow('404')
  })
})

describe('the change feed', () => {
  it('is asked for by application and cursor', async () => {
    const { service, seen } = await serve(json(200, { cursor: 'x' }))
    expect(await service.fetchChanges(undefined)).toEqual({ cursor: 'x' })
    await service.fetchChanges('1.a&b')
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/changes?application=flows',
      'GET /api/changes?application=flows&after=1.a%26b',
    ])
  })

  it.each([
    ['a refusal', json(503, { code: 'store_unavailable' })],
    ['something else', (_: unknown, response: ServerResponse) => void response.end('<html>')],
  ])('rejects with %s', async (_, answer) => {
    const { service } = await serve(answer as Answer)
    await expect(service.fetchChanges(undefined)).rejects.toThrow()
  })
})

it('leaves a removed key out of every key set, the one it was deployed with among them', async () => {
  const keys = [{ kid: 'one' }, { kid: 'two' }, 'no key', null]
  const { service, server } = await serve(json(200, { keys }))
  expect(await service.fetchKeys()).toEqual({ keys })
  expect(service.withoutKey('one')).toEqual({ keys: keys.slice(1) })
  expect(await service.fetchKeys()).toEqual({ keys: keys.slice(1) })
  const { port } = server.address() as AddressInfo
  const deployed = connectTokenService({ url: `http://127.0.0.1:${port}/`, application: 'flows', jwks: { keys } })
  expect(deployed.withoutKey('two')).toEqual({ keys: [keys[0], ...keys.slice(2)] })
})

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Log } from '../lambda/log.ts'
import { readBody } from '../read-body.ts'
import { LIMITS } from './limits.ts'
import type { GatewayAnswer, GatewayRequest, Header } from './request.ts'

/** Headers of one connection, which no gateway passes on. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Feeds the requests of a node:http server to an API. A defect in the API is logged and answered 500. */
export function serveApi(answer: (request: GatewayRequest) => Promise<GatewayAnswer>, log: Log): RequestListener {
  return async (incoming, outgoing) => {
    try {
      send(outgoing, await answer(await readRequest(incoming)))
    } catch (error) {
      // A client that went away in the middle of its request is no defect, and gets no answer.
      if (incoming.readableAborted) return
      log('gateway', String(error instanceof Error ? error.stack : error))
      send(outgoing, { status: 500, headers: [], body: '{"message":"Internal Server Error"}' })
    }
  }
}

async function readRequest(incoming: IncomingMessage): Promise<GatewayRequest> {
  const target = incoming.url ?? '/'
  const mark = target.indexOf('?')
  const all = pairs(incoming.rawHeaders)
  const body = await readBody(incoming, LIMITS.bodyBytes)
  return {
    id: randomBytes(11).toString('base64url'),
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    protocol: `HTTP/${incoming.httpVersion}`,
    headers: all.filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase())),
    headerBytes: all.reduce(
      (bytes, [name, value]) => bytes + Buffer.byteLength(name) + Buffer.byteLength(value) + 4,
      0,
    ),
    requestLineBytes: Buffer.byteLength(`${incoming.method} ${target} HTTP/1.1\r\n`),
    body: body ?? Buffer.alloc(0),
    bodyTooLarge: body === undefined,
    sourceIp: (incoming.socket.remoteAddress ?? '127.0.0.1').replace('::ffff:', ''),
    receivedAt: Date.now(),
  }
}

function pairs(raw: readonly string[]): readonly Header[] {
  const found: Header[] = []
  for (let at = 0; at < raw.length; at += 2) found.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return found
}

function send(outgoing: ServerResponse, { status, headers, body }: GatewayAnswer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const empty = status === 204 || status === 304
  const lines = headers.filter(([name]) => name.toLowerCase() !== 'content-length')
  if (!empty) lines.push(['content-length', String(bytes.length)])
  outgoing.writeHead(status, lines.flat())
  outgoing.end(empty ? undefined : bytes)
}

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as v from 'valibot'
import { listen, namesThisMachine } from '../listen.ts'
import { readBody } from '../read-body.ts'

export interface TransmitterOptions {
  readonly port: number
  /** `aud` of the events. */
  readonly audience: string
  /** What who polls presents as bearer token. */
  readonly pollToken: string
}

export interface Transmitter {
  readonly url: string
  /** Where pushed events go from now on. */
  pushTo(url: string): void
  close(): Promise<void>
}

const type = 'https://schemas.openid.net/secevent/'
const asked = v.strictObject({
  account: v.string(),
  /** `caep/event-type/session-revoked` and the like. */
  event: v.optional(v.pipe(v.string(), v.regex(/^(?:caep|risc|ssf)\/event-type\/[a-z-]+$/))),
  delivery: v.optional(v.picklist(['push', 'poll']), 'push'),
})
const poll = v.object({
  maxEvents: v.optional(v.number()),
  ack: v.optional(v.array(v.string()), []),
  setErrs: v.optional(v.record(v.string(), v.object({ err: v.string() })), {}),
})

/**
 * A stand-in for a transmitter of security events (Shared Signals, CAEP): `POST /events` makes one about an account, which is
 * pushed (RFC 8935) or held for `POST /poll` (RFC 8936); `GET /jwks` has its key, made anew at every start. @throws PortOccupied
 */
export async function startTransmitter({ port, audience, pollToken }: TransmitterOptions): Promise<Transmitter> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const kid = randomUUID()
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] }
  const held = new Map<string, string>()
  let receiver: string | undefined

  const sign = (
    { account, event = 'caep/event-type/token-claims-change' }: v.InferOutput<typeof asked>,
    jti: string,
  ) => {
    const now = Math.floor(Date.now() / 1000)
    const sub_id = { format: 'iss_sub', iss: listening.url, sub: account }
    return new SignJWT({ sub_id, txn: randomUUID(), events: { [type + event]: { event_timestamp: now } } })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'secevent+jwt' })
      .setIssuer(listening.url)
      .setAudience(audience)
      .setIssuedAt(now)
      .setJti(jti)
      .sign(privateKey)
  }
  const makeEvent = async (body: unknown) => {
    const request = v.safeParse(asked, body)
    if (!request.success) return { status: 400, body: { title: 'not an event to make' } }
    const jti = randomUUID()
    const token = await sign(request.output, jti)
    if (request.output.delivery === 'poll') held.set(jti, token)
    const pushed = request.output.delivery === 'push' ? await push(receiver, token) : undefined
    return { status: 201, body: { jti, delivery: request.output.delivery, pushed } }
  }
  const answerPoll = (body: unknown) => {
    const request = v.safeParse(poll, body)
    if (!request.success) return { status: 400, body: { title: 'not a poll' } }
    const { maxEvents = 100, ack, setErrs } = request.output
    for (const jti of [...ack, ...Object.keys(setErrs)]) held.delete(jti)
    const sets = Object.fromEntries([...held].slice(0, maxEvents))
    return { status: 200, body: { sets, moreAvailable: held.size > Object.keys(sets).length } }
  }
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: object }> => {
    const route = `${request.method} ${request.url}`
    if (!namesThisMachine(request.headers.host)) return { status: 403, body: { title: 'only for this machine' } }
    if (route === 'GET /jwks') return { status: 200, body: jwks }
    const body = parsed(await readBody(request, 1024 * 1024))
    if (route === 'POST /events') return makeEvent(body)
    if (route !== 'POST /poll') return { status: 404, body: { title: 'there is no such address' } }
    const isKnown = request.headers.authorization === `Bearer ${pollToken}`
    return isKnown ? answerPoll(body) : { status: 401, body: { title: 'not the receiver of this stream' } }
  }
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request).catch(() => ({ status: 500, body: { title: 'failed' } }))
    send(response, status, body)
  })
  const listening = await listen(server, { what: 'the transmitter of security events (stand-in)', port })
  return {
    url: listening.url,
    pushTo: (url) => {
      receiver = url
    },
    close: () => listening.close(),
  }
}

/** The status of the receiver's answer; 0 where there is no receiver, or none that answers. */
async function push(receiver: string | undefined, token: string): Promise<number> {
  if (receiver === undefined) return 0
  const headers = { 'content-type': 'application/secevent+jwt', accept: 'application/json' }
  const answer = await fetch(receiver, { method: 'POST', headers, body: token }).catch(() => undefined)
  return answer?.status ?? 0
}

function parsed(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString() ?? '')
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

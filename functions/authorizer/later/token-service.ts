import type { ClientRequest, IncomingMessage } from 'node:http'
import { answers, type Code } from '@rolecast/core/domain/decision/codes'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { filterKeySets } from '@rolecast/permission-sdk/parts/changes/removed-keys'

/** What the authorizer asks the token service. */
export interface TokenService {
  /**
   * Exchanges a token (RFC 8693) for a Rolecast token of this application. `assignmentMaxAge`: how many seconds ago the
   * assignment may have been confirmed with the identity admin. Refuses with the service's own code, or with
   * `token_service_unavailable` when there is no usable answer in time. Never rejects.
   */
  exchange(subjectToken: string, assignmentMaxAge?: number): Promise<Outcome<string>>
  /** `GET /.well-known/jwks.json`. Rejects when there is no usable answer in time. */
  fetchKeys(): Promise<unknown>
  /** `GET /changes`, from a cursor on. Rejects when there is no usable answer in time. */
  fetchChanges(after: string | undefined): Promise<unknown>
  /** From now on this key is in no key set; gives what is left of the last one. */
  withoutKey(kid: string): unknown
  /** `GET /grants/{digest}`. Rejects when there is no usable answer in time. */
  fetchGrantDocument(digest: string): Promise<string>
}

export interface TokenServiceOptions {
  /** Ends in `/`. */
  readonly url: string
  readonly application: string
  /** The key set the authorizer was deployed with. */
  readonly jwks?: unknown
  /** For a whole call, milliseconds (default 3,000). */
  readonly deadlineMs?: number
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  /** Longer answers are cut off and refused (bytes). */
  readonly longest: number
}

interface Reply {
  readonly status: number
  readonly text: string
}

/** The token service over HTTPS with kept connections; its modules are loaded with the first call. */
export function connectTokenService({ url, application, jwks, deadlineMs = 3000 }: TokenServiceOptions): TokenService {
  let client: Promise<(call: Call, signal: AbortSignal) => ClientRequest> | undefined

  async function connect() {
    const { Agent, request } = await (url.startsWith('https:') ? import('node:https') : import('node:http'))
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    return ({ method, path, body }: Call, signal: AbortSignal) => {
      const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const headers = { accept: 'application/json', ...type, ...length }
      return request(new URL(path, url), { method, agent, signal, headers }).end(body)
    }
  }

  async function send(call: Call): Promise<Reply> {
    client ??= connect()
    const open = await client
    const signal = AbortSignal.timeout(deadlineMs)
    let request = open(call, signal)
    try {
      return await replyTo(request, call.longest)
    } catch (error) {
      if (!request.reusedSocket || !isDeadConnection(error)) throw error
      request = open(call, signal)
      return replyTo(request, call.longest)
    }
  }

  async function get(path: string, longest: number): Promise<string> {
    const { status, text } = await send({ method: 'GET', path, longest })
    if (status !== 200) throw new Error(`the token service answered ${status}`)
    return text
  }

  const fetchKeys = async (): Promise<unknown> => JSON.parse(await get('.well-known/jwks.json', 65_536))
  const keySets = filterKeySets({ snapshot: jwks, fetch: fetchKeys })
  return {
    exchange: async (subjectToken, assignmentMaxAge) => {
      const body = new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subjectToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: application,
        ...(assignmentMaxAge === undefined ? {} : { assignment_max_age: String(assignmentMaxAge) }),
      }).toString()
      try {
        return readExchange(await send({ method: 'POST', path: 'oauth/token', body, longest: 65_536 }))
      } catch {
        return refuse('token_service_unavailable')
      }
    },
    fetchKeys: async () => keySets.filter(await fetchKeys()),
    withoutKey: keySets.remove,
    fetchChanges: async (after) => {
      const query = new URLSearchParams({ application, ...(after === undefined ? {} : { after }) })
      return JSON.parse(await get(`changes?${query}`, 4_000_000))
    },
    fetchGrantDocument: (digest) => get(`grants/${encodeURIComponent(digest)}`, 2_000_000),
  }
}

/** What a connection ends in that the other side closed while it was kept: nothing was answered, so ask on a new one. */
function isDeadConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function replyTo(request: ClientRequest, longest: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.once('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > longest) request.destroy(new Error('the answer of the token service is too long'))
        else chunks.push(chunk)
      })
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
  })
}

function readExchange({ status, text }: Reply): Outcome<string> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    answer = undefined
  }
  const { access_token: token, code } = (answer ?? {}) as Readonly<Record<string, unknown>>
  if (status === 200 && typeof token === 'string') return accept(token)
  return status !== 200 && isCode(code) ? refuse(code) : refuse('token_service_unavailable')
}

function isCode(value: unknown): value is Code {
  return typeof value === 'string' && Object.hasOwn(answers, value)
}

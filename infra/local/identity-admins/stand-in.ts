import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type FaultOrder, Faults, type Target, writeSlowly } from '../ix-admin/faults.ts'
import { json, parseJson, plainProblem, type Reply, readText } from '../ix-admin/http.ts'
import { type RateLimit, RateLimiter } from '../ix-admin/rate-limit.ts'
import { type Listening, listen, namesThisMachine } from '../listen.ts'
import { spoilReply } from './spoil.ts'
import type { SourceUser, Truth } from './truth.ts'

/** A request, taken apart. */
export interface Call {
  readonly method: string
  /** The parts of the path after the prefix, decoded; undefined where one cannot be. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Where the stand-in listens, for links in answers. */
  readonly origin: string
  readonly now: number
}

/** How one source speaks. */
export interface Dialect {
  /** For messages: "Okta". */
  readonly what: string
  /** The path of its token endpoint, if it has one. */
  readonly tokenPath?: string
  token?(headers: IncomingMessage['headers'], form: URLSearchParams): Reply
  /** Undefined: let in. */
  unauthorized(headers: IncomingMessage['headers'], now: number): Reply | undefined
  answer(call: Call): { readonly reply: Reply; readonly user?: string }
  /** A 429, with the headers by which this source says how long. */
  tooMany(limit: { readonly perMinute: number; readonly seconds: number; readonly now: number }): Reply
}

export interface StandInOptions {
  /** 0: a free one. */
  readonly port: number
  readonly users: readonly SourceUser[]
  readonly rateLimit?: RateLimit
  readonly clock?: () => number
}

export interface StandIn {
  readonly url: string
  /** What it answers from now on. */
  readonly truth: Truth
  /** Requests that were let in so far, each as its path and query. */
  readonly requests: readonly string[]
  /** As infra/local/ix-admin/faults.ts; `account` is the user's id here. @throws TypeError if the order is not one */
  fault(order: FaultOrder): void
  /** What becomes of an event about this user. */
  eventFault(user: string): ReturnType<Faults['forEvents']>
  close(): Promise<void>
}

/**
 * A stand-in for an identity admin on 127.0.0.1: it answers what `dialect` says, under a rate limit, with faults on request
 * (`POST /faults`, as at iX Admin).
 * @throws PortOccupied
 */
export async function startStandIn(
  dialect: Dialect,
  truth: Truth,
  { port, rateLimit = { perSecond: 500, burst: 3_000 }, clock = Date.now }: Omit<StandInOptions, 'users'>,
): Promise<StandIn> {
  const what = `${dialect.what} (stand-in)`
  const faults = new Faults(clock)
  const limiter = new RateLimiter(rateLimit, clock)
  const requests: string[] = []
  let listening: Listening

  const perMinute = rateLimit.perSecond * 60
  const decide = async (request: IncomingMessage, url: URL): Promise<{ reply: Reply; target?: Target }> => {
    const now = clock()
    if (url.pathname === dialect.tokenPath) {
      const form = new URLSearchParams((await readText(request, 'application/x-www-form-urlencoded')) ?? '')
      return { reply: dialect.token?.(request.headers, form) ?? json(404, {}), target: { token: true } }
    }
    const seconds = limiter.take('everybody')
    if (seconds > 0) return { reply: dialect.tooMany({ perMinute, seconds, now }) }
    const unauthorized = dialect.unauthorized(request.headers, now)
    if (unauthorized !== undefined) return { reply: unauthorized }
    requests.push(url.pathname + url.search)
    const path = url.pathname.split('/').slice(1).map(decoded)
    if (path.includes(undefined)) return { reply: plainProblem(400, 'No such path') }
    const { method = 'GET', headers } = request
    const call = { method, path: path as string[], query: url.searchParams, headers, origin: listening.url, now }
    const { reply, user } = dialect.answer(call)
    return { reply, target: user === undefined ? { organization: 'everybody' } : { account: user } }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1')
    if (url === null || !namesThisMachine(request.headers.host)) {
      return write(response, plainProblem(403, 'Only from this machine'))
    }
    if (url.pathname === '/faults') {
      const text = request.method === 'POST' ? await readText(request, 'application/json') : undefined
      return write(response, text === undefined ? faults.answerList() : faults.answerOrder(parseJson(text)))
    }
    const { reply, target } = await decide(request, url)
    const fault = target === undefined ? undefined : faults.for(target)
    if (fault === undefined) return write(response, reply)
    if (fault.kind === 'slow') return writeSlowly(response, reply, fault)
    const seconds = 'retryAfterSeconds' in fault ? (fault.retryAfterSeconds ?? 1) : 1
    const spoilt = spoilReply(fault, reply, () => dialect.tooMany({ perMinute, seconds, now: clock() }))
    if (spoilt === 'cut') request.socket.destroy()
    else write(response, spoilt)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.readableAborted) return
      console.error(`${what}:`, error)
      if (response.headersSent) response.destroy()
      else write(response, plainProblem(500, `${what} has failed; see its output`))
    })
  })
  listening = await listen(server, { what, port })
  return {
    url: listening.url,
    truth,
    requests,
    fault: (order) => {
      if (!faults.take(order)) throw new TypeError('Not a fault; see infra/local/ix-admin/faults.ts')
    },
    eventFault: (user) => faults.forEvents({ account: user }),
    close: listening.close,
  }
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, headers)
  response.end(body)
}

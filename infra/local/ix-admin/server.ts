import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import type { Person, RolesOnOffer } from '../demo-data.ts'
import { listen, namesThisMachine } from '../listen.ts'
import { Accounts } from './accounts.ts'
import { type ApiParts, answerApi } from './api.ts'
import { type Client, Clients } from './clients.ts'
import { type FaultOrder, Faults, spoil, writeSlowly } from './faults.ts'
import { parseJson, plainProblem, type Reply, readText } from './http.ts'
import { Publisher, type PutEvent } from './publisher.ts'
import { type RateLimit, RateLimiter } from './rate-limit.ts'
import { Site } from './site.ts'

export interface IxAdminOptions {
  /** 0: a free one. */
  readonly port: number
  /** Accounts live in `ix-admin.json` in it. */
  readonly dataFolder: string
  readonly clients: readonly Client[]
  /** The accounts of the first start; later the data folder counts. */
  readonly people: readonly Person[]
  readonly rolesOnOffer: readonly RolesOnOffer[]
  readonly rateLimit?: RateLimit
  readonly tokenSeconds?: number
  readonly clock?: () => number
}

export interface LocalIxAdmin {
  readonly url: string
  close(): Promise<void>
  /** Called with an account's whole new state after each change. */
  onChange(listener: (statement: AccountStatement) => void): void
  /** From now on an event is put for each change, by this. */
  publishTo(put: PutEvent): void
  /** As `POST /faults`. @throws TypeError if the order is not one. */
  fault(order: FaultOrder): void
  /** As after a restart: access tokens issued so far are refused. */
  revokeTokens(): void
}

/**
 * A stand-in for iX Admin on 127.0.0.1: the contract of events/identity-admin, pages for a person, and faults on request. What is
 * stand-in only: `/faults`, and that the pages and `Acting-Account` believe who one says to be.
 * @throws PortOccupied, CorruptDataFile
 */
export async function startIxAdmin(options: IxAdminOptions): Promise<LocalIxAdmin> {
  const clock = options.clock ?? Date.now
  const { dataFolder, people, rolesOnOffer } = options
  const accounts = await Accounts.open({ dataFolder, people, rolesOnOffer, clock })
  const clients = new Clients(options.clients, { clock, tokenSeconds: options.tokenSeconds ?? 600 })
  const faults = new Faults(clock)
  const limiter = new RateLimiter(options.rateLimit ?? { perSecond: 200, burst: 400 }, clock)
  const parts: ApiParts = { accounts, clients, faults, limiter }
  const site = new Site(accounts)
  const publisher = new Publisher(faults, (problem) => console.error('iX Admin (stand-in):', problem))
  accounts.onChange((statement) => publisher.publish(statement))

  const server = createServer((request, response) => {
    answer(parts, site, request, response).catch((error: unknown) => {
      // A client that went away in the middle of its request is no defect, and gets no answer.
      if (request.readableAborted) return
      console.error('iX Admin (stand-in):', error)
      if (!response.headersSent) write(response, plainProblem(500, 'iX Admin (stand-in) has failed; see its output'))
      else response.destroy()
    })
  })
  const listening = await listen(server, { what: 'iX Admin (stand-in)', port: options.port })
  return {
    url: listening.url,
    async close() {
      await listening.close()
      await publisher.close()
    },
    publishTo: (put) => publisher.publishTo(put),
    onChange: (listener) => accounts.onChange(listener),
    fault: (order) => {
      if (!faults.take(order)) throw new TypeError('Not a fault; see infra/local/ix-admin/faults.ts')
    },
    revokeTokens: () => clients.revokeAll(),
  }
}

async function answer(parts: ApiParts, site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1')
  if (url === null || !isFromHere(request)) return write(response, plainProblem(403, 'Only from this machine'))
  if (url.pathname === '/faults') return write(response, await answerFaults(parts, request))
  if (url.pathname !== '/oauth/token' && !url.pathname.startsWith('/v1/')) {
    return write(response, await site.answer(request, url))
  }
  const { reply, target } = await answerApi(parts, request, url)
  const fault = target === undefined ? undefined : parts.faults.for(target)
  if (fault === undefined) return write(response, reply)
  if (fault.kind === 'slow') return writeSlowly(response, reply, fault)
  const spoilt = spoil(fault, reply)
  if (spoilt === 'cut') request.socket.destroy()
  else write(response, spoilt)
}

async function answerFaults({ faults }: ApiParts, request: IncomingMessage): Promise<Reply> {
  if (request.method === 'GET') return faults.answerList()
  if (request.method !== 'POST') return plainProblem(405, 'No such method', { allow: 'GET, POST' })
  const body = await readText(request, 'application/json')
  return faults.answerOrder(parseJson(body ?? ''))
}

/** Keeps web pages of others out that a browser on this machine has open: they name another host, or their own origin. */
function isFromHere(request: IncomingMessage): boolean {
  const { host, origin } = request.headers
  return namesThisMachine(host) && (origin === undefined || origin === `http://${host}`)
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, headers)
  response.end(body)
}

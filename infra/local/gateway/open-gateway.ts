import { createServer } from 'node:http'
import type { Assembly } from '../assembly/assembly.ts'
import type { Log } from '../lambda/log.ts'
import { type Listening, listen } from '../listen.ts'
import type { GatewayContext } from './gateway-context.ts'
import { openHttpApi } from './http-api/open-http-api.ts'
import { readHttpApis } from './http-api/read-http-apis.ts'
import type { GatewayAnswer, GatewayRequest } from './request.ts'
import { openRestApi } from './rest-api/open-rest-api.ts'
import { readRestApis } from './rest-api/read-rest-apis.ts'
import { serveApi } from './serve.ts'

/** The APIs of a stage on ports of their own. They listen before they can answer, because functions are told their addresses. */
export interface Gateway {
  /** API name -> `http://127.0.0.1:<port>`, without stage. */
  readonly urls: Readonly<Record<string, string>>
  /** Replaces the addresses that AWS would give the APIs by those of this machine. */
  localize(text: string): string
  /** Requests are answered 503 until this was called. */
  open(assembly: Assembly, context: GatewayContext): void
  close(): Promise<void>
}

type Answer = (request: GatewayRequest) => Promise<GatewayAnswer>

const STARTING: GatewayAnswer = { status: 503, headers: [['retry-after', '1']], body: 'The local stack is starting.' }

/**
 * Bytes of headers that node:http reads before it refuses by itself; the gateway's own limit is lower.
 */
const SERVER_OPTIONS = { maxHeaderSize: 64 * 1024, keepAliveTimeout: 65_000 }

/**
 * @param ports by API name; an API without one gets a free port.
 * @throws PortOccupied
 */
export async function listenForApis(
  assembly: Assembly,
  { ports, log }: { readonly ports: Readonly<Record<string, number>>; readonly log: Log },
): Promise<Gateway> {
  const apis = assembly.resources('AWS::ApiGatewayV2::Api', 'AWS::ApiGateway::RestApi').map((api) => ({
    id: api.ref,
    name: String(api.properties['Name'] ?? api.logicalId),
    address: `https://${api.ref}.execute-api.${api.region}.amazonaws.com`,
  }))
  const answers = new Map<string, Answer>()
  const listening = new Map<string, Listening>()
  let closed: Promise<unknown> | undefined
  const close = async () => {
    closed ??= Promise.all([...listening.values()].map((server) => server.close()))
    await closed
  }
  try {
    for (const { id, name } of apis) {
      const answer: Answer = (request) => answers.get(id)?.(request) ?? Promise.resolve(STARTING)
      const server = createServer(SERVER_OPTIONS, serveApi(answer, log))
      listening.set(id, await listen(server, { what: `the API ${name}`, port: ports[name] ?? 0 }))
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    urls: Object.fromEntries(apis.map(({ id, name }) => [name, listening.get(id)?.url ?? ''])),
    localize: (text) =>
      text.includes('.execute-api.')
        ? apis.reduce((result, { id, address }) => result.replaceAll(address, listening.get(id)?.url ?? ''), text)
        : text,
    open(resolved, context) {
      for (const api of readHttpApis(resolved)) answers.set(api.id, openHttpApi(api, context))
      for (const api of readRestApis(resolved)) answers.set(api.id, openRestApi(api, context))
    },
    close,
  }
}

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What everybody the probe talks to does; times in milliseconds. */
export interface World {
  readonly url: string
  /** From the removal to its effect; for ever where infinite. */
  delayMs: number
  /** Statuses that are answered in place of the ordinary ones, by the first segment of the path. */
  readonly faults: Map<string, number>
  readonly holds: boolean
  /** Method, path and what said who asked, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

const credentials = `Basic ${btoa('probe:sign-in-secret')}`
const administration = `Basic ${btoa('probe:role-secret')}`

/** A provider, a token service, a SCIM service provider, iX Admin and a product, in one process, as far as the probe needs them. */
export async function openWorld(): Promise<World> {
  const requests: string[] = []
  let state = { holds: false, at: 0, version: 1 }
  const change = (holds: boolean) => {
    if (holds !== state.holds) state = { holds, at: Date.now(), version: state.version + 1 }
  }

  function answer(request: IncomingMessage, body: string): { status: number; json?: unknown; etag?: string } {
    const { method, url = '', headers } = request
    const { authorization } = headers
    const form = new URLSearchParams(body)
    const bearer = (token: string) => authorization === `Bearer ${token}`
    switch (`${method} ${url}`) {
      case 'POST /provider/token':
        if (authorization !== credentials || form.get('grant_type') !== 'client_credentials') return { status: 401 }
        return { status: 200, json: { access_token: 'signed-in', token_type: 'Bearer', expires_in: 600 } }
      case 'POST /service/oauth/token':
        if (form.get('subject_token') !== 'signed-in' || form.get('audience') !== 'shop') return { status: 400 }
        return { status: 200, json: { access_token: 'shop-token' } }
      case 'PATCH /scim/Groups/viewers': {
        const operation = bearer('role-secret') ? JSON.parse(body).Operations[0] : undefined
        if (operation?.op === 'add' && operation.value[0].value === 'user-1') change(true)
        else if (operation?.op === 'remove' && operation.path === 'members[value eq "user-1"]') change(false)
        else return { status: 400 }
        return { status: 204 }
      }
      case 'POST /ix/oauth/token':
        if (authorization !== administration) return { status: 401 }
        return { status: 200, json: { access_token: 'ix-token', token_type: 'Bearer', expires_in: 600 } }
      case 'GET /ix/v1/organizations/shop/accounts/user-1': {
        const roles = [{ application: 'shop', role: 'buyer' }, ...(state.holds ? [viewer] : [])]
        return bearer('ix-token') ? { status: 200, json: { roles }, etag: `"${state.version}"` } : { status: 401 }
      }
      case 'PUT /ix/v1/organizations/shop/accounts/user-1/roles': {
        const { roles } = JSON.parse(body)
        if (!bearer('ix-token') || headers['acting-account'] !== 'admin-1') return { status: 403 }
        if (headers['if-match'] !== `"${state.version}"`) return { status: 412 }
        if (roles[0].role !== 'buyer') return { status: 400 }
        change(roles.some(({ role }: { role: string }) => role === viewer.role))
        return { status: 200, json: {} }
      }
      case 'GET /product/things':
        if (!bearer('shop-token')) return { status: 401 }
        return { status: state.holds || Date.now() < state.at + world.delayMs ? 200 : 403 }
      default:
        return { status: 404 }
    }
  }

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}`)
      const fault = world.faults.get(request.url?.split('/')[1] ?? '')
      const { status, json, etag } = fault === undefined ? answer(request, body) : { status: fault }
      response.writeHead(status, { 'content-type': 'application/json', ...(etag === undefined ? {} : { etag }) })
      response.end(json === undefined ? '' : JSON.stringify(json))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const world = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs: 150,
    faults: new Map<string, number>(),
    get holds() {
      return state.holds
    },
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return world
}

const viewer = { application: 'shop', role: 'viewer' }

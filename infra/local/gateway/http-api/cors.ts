import { type GatewayAnswer, type GatewayRequest, type Header, headerValues } from '../request.ts'
import type { CorsSettings } from './http-api.ts'

/** The gateway's own answer to a preflight, which it gives where no route takes OPTIONS. */
export function preflightAnswer(cors: CorsSettings, request: GatewayRequest): GatewayAnswer | undefined {
  const origin = allowedOrigin(cors, request)
  const [method] = headerValues(request, 'access-control-request-method')
  if (request.method !== 'OPTIONS' || headerValues(request, 'origin').length === 0 || method === undefined)
    return undefined
  const allowed = origin !== undefined && (cors.allowMethods.includes('*') || cors.allowMethods.includes(method))
  if (!allowed) return { status: 204, headers: [], body: '' }
  return {
    status: 204,
    headers: [
      ...originHeaders(cors, origin),
      ['access-control-allow-methods', cors.allowMethods.join(',')],
      ...(cors.allowHeaders.length === 0
        ? []
        : [['access-control-allow-headers', cors.allowHeaders.join(',')] as const]),
      ...(cors.maxAgeSeconds === undefined ? [] : [['access-control-max-age', String(cors.maxAgeSeconds)] as const]),
    ],
    body: '',
  }
}

/** Where an API configures CORS, the headers of its functions are replaced by the gateway's. */
export function withCors(cors: CorsSettings, request: GatewayRequest, answer: GatewayAnswer): GatewayAnswer {
  const headers = answer.headers.filter(([name]) => !name.toLowerCase().startsWith('access-control-'))
  const origin = allowedOrigin(cors, request)
  if (origin === undefined) return { ...answer, headers }
  const exposed: readonly Header[] =
    cors.exposeHeaders.length === 0 ? [] : [['access-control-expose-headers', cors.exposeHeaders.join(',')]]
  return { ...answer, headers: [...headers, ...originHeaders(cors, origin), ...exposed] }
}

function allowedOrigin({ allowOrigins }: CorsSettings, request: GatewayRequest): string | undefined {
  const [origin] = headerValues(request, 'origin')
  if (origin === undefined) return undefined
  if (allowOrigins.includes('*')) return '*'
  return allowOrigins.includes(origin) ? origin : undefined
}

function originHeaders({ allowCredentials }: CorsSettings, origin: string): readonly Header[] {
  return [
    ['access-control-allow-origin', origin],
    ...(allowCredentials ? [['access-control-allow-credentials', 'true'] as const] : []),
  ]
}

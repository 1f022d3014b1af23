import { isRecord } from '../../assembly/template.ts'
import { type GatewayAnswer, type GatewayRequest, type Header, headerValues } from '../request.ts'
import { isBinary } from './event.ts'
import type { RestApi } from './rest-api.ts'

const MEMBERS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'])

/** Headers that API Gateway keeps for itself: those of a function arrive renamed. */
const RENAMED = new Set([
  'authorization',
  'connection',
  'date',
  'host',
  'server',
  'user-agent',
  'via',
  'www-authenticate',
])

/** @returns undefined for a "malformed Lambda proxy response", which is answered 502. */
export function integrationAnswer(payload: unknown, api: RestApi, request: GatewayRequest): GatewayAnswer | undefined {
  if (!isRecord(payload) || Object.keys(payload).some((key) => !MEMBERS.has(key))) return undefined
  const status = Number(payload['statusCode'])
  const headers = readHeaders(payload['headers'], payload['multiValueHeaders'])
  const body = payload['body'] ?? ''
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined
  if (headers === undefined || typeof body !== 'string') return undefined
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
  const accepted = headerValues(request, 'accept')[0]?.split(',')[0] ?? ''
  return {
    status,
    headers: [...(typed ? [] : [['content-type', 'application/json'] as const]), ...headers.map(renamed)],
    body: payload['isBase64Encoded'] === true && isBinary(api, accepted) ? Buffer.from(body, 'base64') : body,
  }
}

/** `multiValueHeaders` win over `headers` of the same name. */
function readHeaders(single: unknown, multiple: unknown): readonly Header[] | undefined {
  const [one, many] = [single ?? {}, multiple ?? {}]
  if (!isRecord(one) || !isRecord(many)) return undefined
  const lists = Object.entries(many)
  if (lists.some(([, values]) => !Array.isArray(values))) return undefined
  const named = new Set(lists.map(([name]) => name.toLowerCase()))
  const singles = Object.entries(one).filter(([name]) => !named.has(name.toLowerCase()))
  if (singles.some(([, value]) => typeof value === 'object')) return undefined
  return [
    ...singles.map(([name, value]): Header => [name, String(value)]),
    ...lists.flatMap(([name, values]) => (values as readonly unknown[]).map((value): Header => [name, String(value)])),
  ]
}

function renamed([name, value]: Header): Header {
  return RENAMED.has(name.toLowerCase()) ? [`x-amzn-Remapped-${name}`, value] : [name, value]
}

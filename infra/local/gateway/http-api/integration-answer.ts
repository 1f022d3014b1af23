import { isRecord } from '../../assembly/template.ts'
import type { GatewayAnswer, Header } from '../request.ts'
import { ANSWERS } from './answers.ts'

/**
 * What a function's answer becomes on the wire, payload format 2.0: without a `statusCode` the whole answer is the body of
 * a 200; with one, `headers`, `cookies`, `body` and `isBase64Encoded` are read and the rest is ignored.
 */
export function integrationAnswer(payload: unknown): GatewayAnswer {
  if (!isRecord(payload) || payload['statusCode'] === undefined) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
    return { status: 200, headers: [['content-type', 'application/json']], body }
  }
  const status = Number(payload['statusCode'])
  const headers = readHeaders(payload['headers'])
  const cookies = payload['cookies'] ?? []
  const body = payload['body'] ?? ''
  if (!Number.isInteger(status) || status < 100 || status > 599) return ANSWERS.internal
  if (headers === undefined || !Array.isArray(cookies) || typeof body !== 'string') return ANSWERS.internal
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
  return {
    status,
    headers: [
      ...(typed ? [] : [['content-type', 'text/plain; charset=utf-8'] as const]),
      ...headers,
      ...cookies.map((cookie): Header => ['set-cookie', String(cookie)]),
    ],
    body: payload['isBase64Encoded'] === true ? Buffer.from(body, 'base64') : body,
  }
}

function readHeaders(headers: unknown): readonly Header[] | undefined {
  if (headers === undefined || headers === null) return []
  if (!isRecord(headers)) return undefined
  const entries = Object.entries(headers)
  if (entries.some(([, value]) => typeof value === 'object')) return undefined
  return entries.map(([name, value]) => [name, String(value)])
}

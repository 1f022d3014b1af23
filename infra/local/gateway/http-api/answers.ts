import type { GatewayAnswer } from '../request.ts'

/** What an HTTP API answers by itself. Its words are fixed: HTTP APIs have no gateway responses. */
export const ANSWERS = {
  badRequest: own(400, 'Bad Request'),
  unauthorized: own(401, 'Unauthorized'),
  forbidden: own(403, 'Forbidden'),
  notFound: own(404, 'Not Found'),
  bodyTooLarge: own(413, 'Request Entity Too Large'),
  headersTooLarge: own(431, 'Request Header Fields Too Large'),
  internal: own(500, 'Internal Server Error'),
  unavailable: own(503, 'Service Unavailable'),
} as const

function own(status: number, message: string): GatewayAnswer {
  return { status, headers: [['content-type', 'application/json']], body: JSON.stringify({ message }) }
}

import type { ReadFault } from '../ix-admin/faults.ts'
import { json, type Reply } from '../ix-admin/http.ts'

/** What becomes of an answer under a fault; `cut`: nothing is answered. `tooMany` is the source's own 429. */
export function spoilReply(
  fault: Exclude<ReadFault, { kind: 'slow' }>,
  reply: Reply,
  tooMany: () => Reply,
): Reply | 'cut' {
  switch (fault.kind) {
    case 'down':
      if (fault.status === undefined) return 'cut'
      return json(fault.status, { error: 'a fault' }, retryAfter(fault.retryAfterSeconds))
    case 'rate_limit':
      return tooMany()
    case 'partial':
      return reply.status === 200 ? { ...reply, status: 206 } : reply
    case 'garbage':
      return garbled(fault.style, reply)
    default:
      // What knows the shape of iX Admin's answers spoils nothing here.
      return reply
  }
}

function garbled(style: Extract<ReadFault, { kind: 'garbage' }>['style'], reply: Reply): Reply {
  const html = { 'content-type': 'text/html' }
  switch (style) {
    case 'not_json':
      return { ...reply, status: 200, body: reply.body.slice(0, -1) }
    case 'html':
      return { status: 200, headers: html, body: '<!doctype html><title>Maintenance</title>' }
    case 'not_found_page':
      return { status: 404, headers: html, body: '<!doctype html><title>Not found</title>' }
    case 'foreign_account':
      return {
        ...reply,
        body: reply.body.replace(/"(id|user_id|login|userName|externalId)":"[^"]*"/g, '"$1":"somebody-else"'),
      }
    case 'repeated_member':
      return { ...reply, body: reply.body.replace(/"(\w+)":([^,{}[\]]+)([,}])/, '"$1":$2,"$1":$2$3') }
    case 'unknown_member':
      return { ...reply, body: JSON.stringify({ unexpected: 'envelope', data: JSON.parse(reply.body) }) }
    case 'too_large':
      return { ...reply, body: reply.body + ' '.repeat(5 * 1024 * 1024) }
  }
}

function retryAfter(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}

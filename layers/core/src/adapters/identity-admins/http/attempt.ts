import type { Clock, PullFailure } from '../../../application/ports.ts'
import { discardBody, readBoundedBody } from './bounded-body.ts'
import { readPause } from './retry-after.ts'

export interface Answer {
  readonly end: 'answer'
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** `again`: worth another request. */
export interface Failure {
  readonly end: 'failure'
  readonly failure: PullFailure
  readonly again: boolean
}

export interface AttemptRequest {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly maxBytes: number
  /** Ends the request, its body included, wherever it is. */
  readonly signal: AbortSignal
}

/**
 * Sends one request and reads its answer. Redirects are not followed: they would carry credentials to whoever the answer names.
 * The errors of `fetch` are not passed on, because they may quote addresses and headers.
 */
export async function attempt(fetcher: typeof fetch, request: AttemptRequest, clock: Clock): Promise<Answer | Failure> {
  const { url, maxBytes, ...init } = request
  try {
    const response = await fetcher(url, { ...init, redirect: 'manual' })
    if (response.status === 429 || response.status >= 500) {
      await discardBody(response)
      return troubled(response.status, readPause(response.headers, clock()))
    }
    const body = await readBoundedBody(response, maxBytes)
    if ('unreadable' in body) return garbage(body.unreadable)
    return { end: 'answer', status: response.status, headers: response.headers, text: body.text }
  } catch {
    return request.signal.aborted
      ? { end: 'failure', failure: { outcome: 'timeout' }, again: false }
      : { end: 'failure', failure: { outcome: 'unavailable', cause: 'network' }, again: true }
  }
}

export function garbage(detail: string): Failure {
  return { end: 'failure', failure: { outcome: 'garbage', detail }, again: false }
}

export function refused(status: number): Failure {
  return { end: 'failure', failure: { outcome: 'refused', status }, again: false }
}

/** Whether the media type is this one, whatever its parameters. */
export function hasMediaType(headers: Headers, type: string): boolean {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === type
}

function troubled(status: number, retryAfterMs: number | undefined): Failure {
  const cause = status === 429 ? 'rate_limited' : 'status'
  const failure: PullFailure = {
    outcome: 'unavailable',
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  return { end: 'failure', failure, again: true }
}

const MAX_MS = 24 * 60 * 60 * 1000
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * How long an answer asks us to stay away, milliseconds: by `Retry-After`, or by the moment at which the source's rate limit
 * starts over (epoch seconds, header `x-rate-limit-reset` at Okta, `x-ratelimit-reset` at Auth0), by the clock of the source.
 */
export function readPause(headers: Headers, now: number): number | undefined {
  const said = parseRetryAfter(headers.get('retry-after'), now)
  if (said !== undefined) return said
  const reset = headers.get('x-rate-limit-reset') ?? headers.get('x-ratelimit-reset')
  if (reset === null || !/^\d{9,11}$/.test(reset)) return undefined
  const date = headers.get('date')
  const theirNow = date !== null && HTTP_DATE.test(date) ? Date.parse(date) : now
  return Number.isNaN(theirNow) ? undefined : Math.min(Math.max(Number(reset) * 1000 - theirNow, 0), MAX_MS)
}

/** Milliseconds to wait by RFC 9110 section 10.2.3 (seconds or an HTTP date); at most a day; `undefined` if it says nothing. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value) * 1000, MAX_MS)
  if (!HTTP_DATE.test(value)) return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now, 0), MAX_MS)
}

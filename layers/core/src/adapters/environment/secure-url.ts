import * as v from 'valibot'

/** https, or http on this very machine; never with a user or a fragment in it. */
export const secureUrl = v.pipe(
  v.string(),
  v.check(isSecureUrl, 'must be an https URL (http only on a loopback address)'),
)

function isSecureUrl(value: string): boolean {
  const parsed = URL.parse(value)
  if (parsed === null || parsed.username !== '' || parsed.password !== '' || parsed.hash !== '') return false
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(parsed.hostname)
  return parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLocal)
}

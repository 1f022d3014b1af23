import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'

const mostParameters = 64

/** Parameters of a request body, each with every value it was given. */
export type Form = ReadonlyMap<string, readonly string[]>

/**
 * Reads `application/x-www-form-urlencoded` in UTF-8 (RFC 6749 appendix B). Parameters without a value count as omitted
 * (RFC 6749 section 3.2). Refuses with `invalid_request` what is not properly encoded, where others would guess.
 */
export function parseForm(body: string): Outcome<Form> {
  const form = new Map<string, string[]>()
  const pairs = body === '' ? [] : body.split('&')
  if (pairs.length > mostParameters) return refuse('invalid_request', { reason: 'too_many_parameters' })
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const name = decode(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : decode(pair.slice(at + 1))
    if (name === undefined || value === undefined) return refuse('invalid_request', { reason: 'encoding' })
    if (value === '') continue
    const values = form.get(name)
    if (values === undefined) form.set(name, [value])
    else values.push(value)
  }
  return accept(form)
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'

const scheme = /^bearer +(?=[^ ])/i

/** The token of an `Authorization` value (RFC 6750 section 2.1). Refuses with `no_token`. */
export function readBearer(value: unknown): Outcome<string> {
  if (typeof value !== 'string') return refuse('no_token')
  if (value.startsWith('Bearer ') && value.charCodeAt(7) > 32) return accept(value.slice(7))
  const prefix = scheme.exec(value)
  return prefix === null ? refuse('no_token') : accept(value.slice(prefix[0].length))
}

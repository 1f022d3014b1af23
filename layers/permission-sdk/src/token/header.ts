import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { KeySet, VerificationKey } from '../keys/key-set.ts'
import { decodeText } from './compact.ts'
import { parseObject } from './strict-json.ts'

/**
 * Header members (RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7797) that bring keys, change what is signed or ask
 * for processing. None is ever needed here, so none is tolerated.
 */
const refused = ['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'zip', 'enc', 'cty']

const accessTokenType = /^(application\/)?at\+jwt$/i

/**
 * Reads a header and finds the key it names (RFC 8725 section 3.1: the algorithm is the key's, never the token's choice).
 * Refuses with `malformed_token`, `unsupported_header`, `unsupported_type`, `unknown_key` or `unsupported_algorithm`.
 */
export function readHeader(segment: string, keys: KeySet): Outcome<VerificationKey> {
  const header = parseObject(decodeText(segment))
  if (header === undefined) return refuse('malformed_token', { part: 'header' })
  for (const member of refused) if (Object.hasOwn(header, member)) return refuse('unsupported_header', { member })
  const { typ, kid, alg } = header
  if (typeof typ !== 'string' || !accessTokenType.test(typ)) return refuse('unsupported_type')
  const key = typeof kid === 'string' ? keys.get(kid) : undefined
  if (key === undefined) return refuse('unknown_key')
  if (alg !== key.alg) return refuse('unsupported_algorithm', { expected: key.alg })
  return accept(key)
}

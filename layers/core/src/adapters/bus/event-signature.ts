import { compactVerify, errors, type JWTVerifyGetKey } from 'jose'
import { providerAlgorithms } from '../../application/ports.ts'
import { EventKeysUnavailable } from '../../application/sync/ports.ts'
import { parseStrictJson } from '../../domain/claims/strict-json.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'

/** `typ` of the signature's header, so that nothing else the source signs passes for a statement (RFC 8725 section 3.11). */
export const signatureType = 'rolecast-account-stated+json'

/**
 * Whether the source signed exactly this detail: a JWS in compact form (RFC 7515 section 3.1) whose payload is the detail
 * without `jws`. `event_unsigned`, `event_signature_invalid`. Throws `EventKeysUnavailable` where the keys cannot be had.
 */
export async function verifySignature(
  detail: Readonly<Record<string, unknown>>,
  keys: JWTVerifyGetKey,
): Promise<Outcome<'signed'>> {
  const { jws, ...said } = detail
  if (jws === undefined) return refuse('event_unsigned')
  if (typeof jws !== 'string') return refuse('event_signature_invalid', { detail: 'not a text' })
  try {
    const { payload, protectedHeader } = await compactVerify(jws, keys, { algorithms: [...providerAlgorithms] })
    if (protectedHeader.typ !== signatureType) return refuse('event_signature_invalid', { detail: 'of another type' })
    const signed = parseStrictJson(new TextDecoder().decode(payload))
    if (signed === undefined || canonical(signed.value) !== canonical(said)) {
      return refuse('event_signature_invalid', { detail: 'signs something else' })
    }
    return accept('signed')
  } catch (error) {
    if (error instanceof errors.JWKSInvalid) {
      throw new EventKeysUnavailable('the keys of the source cannot be read', { cause: error })
    }
    if (error instanceof errors.JOSEError) return refuse('event_signature_invalid', { detail: error.code })
    throw error
  }
}

/** The same text for the same value, whatever the order of members. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { parseStrictJson } from '../../domain/claims/strict-json.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'
import { refusalOf } from './jose-refusal.ts'
import { remoteKeySet } from './remote-key-set.ts'

export interface Transmitter {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
}

const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA']
const clockToleranceSeconds = 60
const mostCharacters = 64 * 1024

/** A verified security event token: its claims, of which only `jti` and `iat` are known to be there. */
export interface SecurityEventToken extends JWTPayload {
  readonly jti: string
  readonly iat: number
}

/**
 * Verifies security event tokens (RFC 8417) of one transmitter: its issuer, its keys, our audience, the explicit type. They
 * do not expire (section 2.2), so an old one holds as well as a new one; one from the future does not.
 */
export class SecurityEventTokenVerifier {
  readonly #transmitter: Transmitter
  readonly #key: JWTVerifyGetKey
  readonly #clock: () => number

  /** `clock` in epoch milliseconds. */
  constructor(transmitter: Transmitter, clock: () => number) {
    this.#transmitter = transmitter
    this.#key = remoteKeySet(transmitter.jwksUri)
    this.#clock = clock
  }

  /** Everything that can be wrong with a token is a refusal; `provider_unavailable` when keys cannot be had. */
  async verify(token: string): Promise<Outcome<SecurityEventToken>> {
    if (token.length > mostCharacters) return refuse('token_too_large')
    const { issuer, audience } = this.#transmitter
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        issuer,
        audience,
        algorithms,
        typ: 'secevent+jwt',
        requiredClaims: ['jti', 'iat'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(this.#clock()),
      })
      if (!repeatsNothing(token)) return refuse('malformed_token')
      const { jti, iat } = payload
      if (typeof jti !== 'string' || jti === '' || jti.length > 255) return refuse('malformed_claim', { claim: 'jti' })
      if (typeof iat !== 'number' || iat < 0) return refuse('malformed_claim', { claim: 'iat' })
      if (iat * 1000 > this.#clock() + clockToleranceSeconds * 1000) return refuse('not_yet_valid')
      return accept({ ...payload, jti, iat })
    } catch (error) {
      // Not a compact JWS at all.
      if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return refuse('malformed_token')
      return refusalOf(error)
    }
  }
}

/** Two readers of a repeated member could take different events from one token. */
function repeatsNothing(token: string): boolean {
  const [header = '', payload = ''] = token.split('.')
  return [header, payload].every((part) => parseStrictJson(Buffer.from(part, 'base64url').toString()) !== undefined)
}

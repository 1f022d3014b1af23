import { createPublicKey, type KeyObject } from 'node:crypto'
import { errors, jwtVerify } from 'jose'
import type {
  KeyRingReader,
  RingKey,
  Subject,
  SubjectTokenType,
  SubjectTokenVerifier,
} from '../../application/ports.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'
import { refusalOf } from './jose-refusal.ts'
import { readSignIn } from './sign-in-claims.ts'

/**
 * Verifies our own access tokens when they are presented to be exchanged or as a bearer token. For which application the
 * token is stands in the subject: the use case compares it with the one asked for.
 */
export class OwnTokenVerifier implements SubjectTokenVerifier {
  readonly #ring: KeyRingReader
  readonly #issuer: string
  readonly #clock: () => number

  /** `clock` in epoch milliseconds. */
  constructor(options: { readonly ring: KeyRingReader; readonly issuer: string; readonly clock: () => number }) {
    this.#ring = options.ring
    this.#issuer = options.issuer
    this.#clock = options.clock
  }

  async verifySubjectToken(token: string, type: SubjectTokenType): Promise<Outcome<Subject>> {
    if (type === 'id_token') return refuse('unsupported_type', { reason: 'not_an_id_token' })
    try {
      const { payload } = await jwtVerify(token, ({ kid, alg }) => this.#key(kid, alg), {
        issuer: this.#issuer,
        typ: 'at+jwt',
        algorithms: ['ES256', 'RS256'],
        requiredClaims: ['sub', 'aud', 'exp', 'iat', 'client_id', 'org'],
        currentDate: new Date(this.#clock()),
      })
      const { iss, sub, exp, aud, org: organization, client_id: clientId, auth_time: authTime, scope } = payload
      if (typeof aud !== 'string') return refuse('malformed_claim', { claim: 'aud' })
      if (scope !== undefined && typeof scope !== 'string') return refuse('malformed_claim', { claim: 'scope' })
      const signIn = readSignIn({ iss, sub, organization, clientId, exp, authTime })
      if (!signIn.ok) return signIn
      const limit = scope === undefined ? {} : { scope: scope.split(' ') }
      return accept({ ...signIn.value, ownToken: { application: aud, ...limit } })
    } catch (error) {
      return refusalOf(error)
    }
  }

  async #key(kid: string | undefined, alg: string): Promise<KeyObject> {
    const key = find(kid, (await this.#ring.readKeyRing()).keys) ?? find(kid, (await this.#ring.refreshKeyRing()).keys)
    if (key === undefined) throw new errors.JWKSNoMatchingKey()
    if (key.alg !== alg) throw new errors.JOSEAlgNotAllowed()
    return createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' })
  }
}

function find(kid: string | undefined, keys: readonly RingKey[]): RingKey | undefined {
  return kid === undefined ? undefined : keys.find((key) => key.kid === kid)
}

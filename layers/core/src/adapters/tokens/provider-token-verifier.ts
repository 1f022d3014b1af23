import { decodeProtectedHeader, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Subject, SubjectTokenType, SubjectTokenVerifier, TrustedProvider } from '../../application/ports.ts'
import { type Outcome, refuse } from '../../domain/decision/refusal.ts'
import { refusalOf } from './jose-refusal.ts'
import { remoteKeySet } from './remote-key-set.ts'
import { readSignIn } from './sign-in-claims.ts'

const clockToleranceSeconds = 5

/**
 * Verifies tokens of one configured identity provider: its issuer, its keys, its audiences, and nothing the token says
 * about where keys are. Access tokens are RFC 9068 (`at+jwt`) or plain JWTs whose `aud` names an API of ours; ID tokens
 * are accepted only for the configured clients, so one kind never passes for the other.
 */
export class ProviderTokenVerifier implements SubjectTokenVerifier {
  readonly #provider: TrustedProvider
  readonly #key: JWTVerifyGetKey
  readonly #clock: () => number

  /** `clock` in epoch milliseconds. */
  constructor(
    provider: TrustedProvider,
    options: { readonly clock: () => number; readonly keySetTimeoutMs?: number; readonly keySetCooldownMs?: number },
  ) {
    this.#provider = provider
    this.#clock = options.clock
    this.#key = remoteKeySet(provider.jwksUri, options)
  }

  async verifySubjectToken(token: string, type: SubjectTokenType): Promise<Outcome<Subject>> {
    const { issuer, audiences, clientIds = [], algorithms } = this.#provider
    try {
      const typ = readTyp(token)
      if (typ === undefined) return refuse('malformed_token')
      const accepted = type === 'id_token' ? ['', 'jwt'] : ['', 'jwt', 'at+jwt']
      if (!accepted.includes(typ)) return refuse('unsupported_type', { typ: typ.slice(0, 32) })
      const { payload } = await jwtVerify(token, this.#key, {
        issuer,
        audience: [...(type === 'id_token' ? clientIds : audiences)],
        algorithms: [...algorithms],
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(this.#clock()),
      })
      // The tolerance is for tokens just made by a clock ahead of ours; it prolongs none.
      if ((payload.exp ?? 0) * 1000 <= this.#clock()) return refuse('expired')
      const client =
        type === 'id_token' ? authorizedParty(payload, clientIds) : (payload['client_id'] ?? payload['azp'])
      const { iss, sub, exp, auth_time: authTime } = payload
      return readSignIn({ iss, sub, organization: this.#organization(payload), clientId: client, exp, authTime })
    } catch (error) {
      return refusalOf(error)
    }
  }

  #organization(payload: JWTPayload): unknown {
    const { organization } = this.#provider
    return 'fixed' in organization ? organization.fixed : payload[organization.claim]
  }
}

/** The client an ID token was issued to (OpenID Connect Core 2 and 3.1.3.7): `azp`, or the one audience. */
function authorizedParty(payload: JWTPayload, clientIds: readonly string[]): unknown {
  const audiences = [payload.aud].flat()
  const party = payload['azp'] ?? (audiences.length === 1 ? audiences[0] : undefined)
  return typeof party === 'string' && clientIds.includes(party) ? party : undefined
}

/** `typ` in lower case without `application/` (RFC 7515 section 4.1.9); empty when absent. */
function readTyp(token: string): string | undefined {
  try {
    const { typ } = decodeProtectedHeader(token)
    return typ === undefined
      ? ''
      : String(typ)
          .toLowerCase()
          .replace(/^application\//, '')
  } catch {
    return undefined
  }
}

import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import { accept, type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { refusalOf } from '../../tokens/jose-refusal.ts'
import { remoteKeySet } from '../../tokens/remote-key-set.ts'

export interface TokenTerms {
  readonly issuer: string
  /** The application that subscribed. */
  readonly audience: string
  readonly jwksUri: string
}

/** The application by which Graph publishes changes, in every tenant. */
const graphPublisher = '0bf30f3b-4a52-48df-9a82-234910c4a086'
const mostTokens = 20

/** Verifies the tokens that come with notifications with resource data: all of them, or the delivery is refused. */
export class ValidationTokens {
  readonly #terms: TokenTerms
  readonly #key: JWTVerifyGetKey
  readonly #clock: () => number

  constructor(terms: TokenTerms, clock: () => number) {
    this.#terms = terms
    this.#key = remoteKeySet(terms.jwksUri)
    this.#clock = clock
  }

  async verify(tokens: readonly unknown[]): Promise<Outcome<true>> {
    if (tokens.length > mostTokens) return refuse('delivery_unauthenticated')
    const { issuer, audience } = this.#terms
    for (const token of tokens) {
      if (typeof token !== 'string') return refuse('malformed_token')
      try {
        const { payload } = await jwtVerify(token, this.#key, {
          issuer,
          audience,
          algorithms: ['RS256'],
          requiredClaims: ['exp'],
          currentDate: new Date(this.#clock()),
        })
        // Version 1 tokens name the publisher otherwise.
        if ((payload['azp'] ?? payload['appid']) !== graphPublisher) return refuse('delivery_unauthenticated')
      } catch (error) {
        return refusalOf(error)
      }
    }
    return accept(true)
  }
}

import type { Subject, SubjectTokenVerifier, TokenSigner } from '@rolecast/core/application/ports'
import { readGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import type { TokenClaims } from '@rolecast/core/domain/claims/token-claims'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { application, decisionCatalog } from './product.ts'

/**
 * Tokens without signatures: what they say is believed. Everything else of a token is as it is; signatures have tests of their
 * own, and here they would only cost time.
 */
export class PaperTokens implements SubjectTokenVerifier, TokenSigner {
  readonly #claims = new Map<string, TokenClaims>()
  readonly #signIns = new Map<string, Subject>()

  async signToken(claims: TokenClaims): Promise<Outcome<string>> {
    const token = `token-${this.#claims.size}`
    this.#claims.set(token, structuredClone(claims))
    return accept(token)
  }

  signIn(subject: Subject): string {
    const token = `sign-in-${this.#signIns.size}`
    this.#signIns.set(token, subject)
    return token
  }

  async verifySubjectToken(token: string): Promise<Outcome<Subject>> {
    const signIn = this.#signIns.get(token)
    if (signIn !== undefined) return accept(signIn)
    const claims = this.#claims.get(token)
    if (claims === undefined) return refuse('malformed_token')
    const { iss: issuer, sub: subject, org: organization, client_id: clientId, exp: expiresAt } = claims
    return accept({ issuer, subject, organization, clientId, expiresAt, ownToken: { application } })
  }

  /** What the signature verifier of one authorizer answers. `clock` in epoch milliseconds. */
  verifierFor(clock: () => number) {
    const held = new Map<string, HeldGrant>()
    const verifySync = (token: string): Outcome<HeldGrant> => {
      const claims = this.#claims.get(token)
      if (claims === undefined) return refuse('malformed_token')
      if (claims.exp <= Math.floor(clock() / 1000)) return refuse('expired')
      const known = held.get(token)
      if (known !== undefined) return accept(known)
      const read = readGrantClaims(claims, application, decisionCatalog.epochs)
      if (!read.ok) return read
      if (!('grant' in read.value)) return refuse('unresolved_reference')
      const grant = toHeldGrant(claims, read.value.grant)
      held.set(token, grant)
      return accept(grant)
    }
    return { verifySync, verify: async (token: string) => verifySync(token), updateKeys: () => false }
  }

  expiresAt(token: string): number {
    return (this.#claims.get(token)?.exp ?? 0) * 1000
  }
}

function toHeldGrant(claims: TokenClaims, grant: HeldGrant['grant']): HeldGrant {
  const { sub, org, client_id, exp, iat, cfm, chg, rev, prm, dfl, gts } = claims
  const holder = {
    account: sub,
    organization: org,
    client: client_id,
    expiresAt: exp,
    issuedAt: iat,
    confirmedAt: cfm,
    revision: rev,
    changeHandle: chg,
  }
  return { holder, grant, carried: { prm, dfl, gts } }
}

import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import { createAuthorizer } from '../../functions/authorizer/authorize.ts'
import { createAsking } from '../../functions/authorizer/later/ask.ts'
import type { PaperTokens } from './paper-tokens.ts'
import { decisionCatalog } from './product.ts'
import { issuer } from './token-machine.ts'

export interface AuthorizerMachine {
  /** Decides one request; the code of the refusal, or `undefined` where it is allowed. */
  decide(token: string, route: string): Promise<string | undefined>
}

/** The token service as an authorizer reaches it over the network. */
export interface Network {
  exchange(subjectToken: string, assignmentMaxAgeSeconds?: number): Promise<Outcome<string>>
  /** A page of the change feed; rejects when there is none to be had. */
  fetchChanges(after: string | undefined): Promise<unknown>
}

const index = indexCatalog(decisionCatalog)

/** The real authorizer in memory of its own, for tokens without signatures. */
export function startAuthorizer(parts: {
  readonly clock: () => number
  readonly tokens: PaperTokens
  readonly network: Network
}): AuthorizerMachine {
  const { clock, tokens, network } = parts
  const verifier = tokens.verifierFor(clock)
  const config = {
    issuer,
    tokenServiceUrl: `${issuer}/`,
    mode: 'token' as const,
    providers: [],
    resultCacheSeconds: 0,
    denyResolveSeconds: 2,
    freshnessMs: [5_000, 10_000, 60_000, 300_000],
  }
  const authorize = createAuthorizer({
    index,
    verifier,
    clock,
    config,
    asking: async () =>
      createAsking({
        verifier,
        tokenService: { ...network, withoutKey: () => undefined },
        clock,
        config,
        nextSignIn: false,
        write: () => undefined,
      }),
    write: () => undefined,
  })
  return {
    decide: async (token, routeKey) => {
      const answer = await authorize({ version: '2.0', routeKey, headers: { authorization: `Bearer ${token}` } })
      if (!('isAuthorized' in answer)) throw new Error('the authorizer took an HTTP API for a REST API')
      return answer.isAuthorized ? undefined : String((answer.context as { readonly code?: unknown }).code)
    },
  }
}

import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { GrantDocuments } from '@rolecast/permission-sdk/parts/grant-documents'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { createTokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import type { AuthorizerDependencies } from './authorize.ts'
import type { AuthorizerConfig } from './config.ts'
import type { TokenService } from './later/token-service.ts'
import { later } from './later.ts'

export interface DependencyOptions {
  /** The compiled catalog; beside the bundle unless a test says otherwise. */
  readonly catalogFile?: URL
  /** Epoch milliseconds. */
  readonly clock?: () => number
}

/** Wires the authorizer. Nothing is asked of the network, and nothing for asking is loaded, before the first need. */
export function createDependencies(
  config: AuthorizerConfig,
  { catalogFile = new URL('catalog.json', import.meta.url), clock = Date.now }: DependencyOptions = {},
): AuthorizerDependencies {
  // Not imported: an import of node:fs also reads its lazy parts, a tenth of what a start costs.
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const catalog: DecisionCatalog = JSON.parse(readFileSync(catalogFile, 'utf8'))
  const { application, epochs, nextSignIn = false } = catalog
  let service: Promise<TokenService> | undefined
  let documents: GrantDocuments | undefined

  function tokenService(): Promise<TokenService> {
    service ??= later().then(({ connectTokenService }) =>
      connectTokenService({ url: config.tokenServiceUrl, application, jwks: config.jwks }),
    )
    return service
  }

  const verifier = createTokenVerifier<HeldGrant>({
    issuer: config.issuer,
    application,
    epochs,
    keys: { snapshot: config.jwks, fetch: async () => (await tokenService()).fetchKeys() },
    clock,
    memoSize: 1024,
    wrap: (held) => held,
    documents: {
      known: (reference) => documents?.known(reference),
      resolveFor: async (token) => {
        const { GrantDocuments } = await later()
        documents ??= new GrantDocuments(application, epochs, (await tokenService()).fetchGrantDocument)
        return documents.resolveFor(token)
      },
    },
  })
  const write: AuthorizerDependencies['write'] = (entry) => void process.stdout.write(`${JSON.stringify(entry)}\n`)
  return {
    index: indexCatalog(catalog),
    verifier,
    config,
    clock,
    asking: async () =>
      (await later()).createAsking({ verifier, tokenService: await tokenService(), clock, config, nextSignIn, write }),
    write,
  }
}

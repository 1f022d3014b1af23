import { readFileSync } from 'node:fs'
import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { GrantDocuments } from '@rolecast/permission-sdk/parts/grant-documents'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { createTokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import type { AuthorizerDependencies } from './authorize.ts'
import type { AuthorizerConfig } from './config.ts'
import type { TokenService } from './later/token-service.ts'

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
  const catalog: DecisionCatalog = JSON.parse(readFileSync(catalogFile, 'utf8'))
  const { application, epochs, nextSignIn = false } = catalog
  const { tokenServiceUrl: url, deadlineMs } = config
  let service: Promise<TokenService> | undefined
  let documents: GrantDocuments | undefined

  function tokenService(): Promise<TokenService> {
    service ??= import('./later/index.ts').then((later) => later.connectTokenService({ url, application, deadlineMs }))
    return service
  }

  const verifier = createTokenVerifier<HeldGrant>({
    issuer: config.issuer,
    application,
    epochs,
    keys: { snapshot: config.jwks, fetch: async () => (await tokenService()).fetchKeys() },
    clock,
    memoSize: 1000,
    wrap: (held) => held,
    documents: {
      known: (reference) => documents?.known(reference),
      resolve: async (reference) => {
        const later = await import('./later/index.ts')
        const { fetchGrantDocument } = await tokenService()
        documents ??= new later.GrantDocuments(application, epochs, fetchGrantDocument)
        return documents.resolve(reference)
      },
    },
  })
  return {
    index: indexCatalog(catalog),
    verifier,
    config,
    clock,
    asking: async () => {
      const { createAsking } = await import('./later/index.ts')
      return createAsking({ verifier, tokenService: await tokenService(), clock, config, nextSignIn })
    },
    write: (entry) => void process.stdout.write(`${JSON.stringify(entry)}\n`),
  }
}

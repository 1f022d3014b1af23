import { randomUUID } from 'node:crypto'
import { catalogs as shipped } from '@rolecast/catalogs'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { Directory } from '@rolecast/core/adapters/identity-admins/directory/directory'
import { openIdentityAdmins } from '@rolecast/core/adapters/identity-admins/open'
import { KmsKeyWrapper } from '@rolecast/core/adapters/kms/key-wrapper'
import { RingChangeHandles } from '@rolecast/core/adapters/tokens/change-handles'
import { JoseSigner } from '@rolecast/core/adapters/tokens/jose-signer'
import { OwnTokenVerifier } from '@rolecast/core/adapters/tokens/own-token-verifier'
import { ProviderTokenVerifier } from '@rolecast/core/adapters/tokens/provider-token-verifier'
import { sha256 } from '@rolecast/core/adapters/tokens/sha256'
import { SubjectTokenVerifiers } from '@rolecast/core/adapters/tokens/subject-token-verifier'
import { CachedKeyRing } from '@rolecast/core/application/cached-key-ring'
import { ChangeFeed } from '@rolecast/core/application/change-feed'
import { describeError } from '@rolecast/core/application/describe-error'
import type { ChangeLog, SubjectTokenVerifier } from '@rolecast/core/application/ports'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { mayNarrow } from '@rolecast/core/domain/catalog/may-narrow'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { TokenDependencies } from './answer-request.ts'
import type { TokenConfig } from './config.ts'
import { createLog } from './log.ts'

/** Wires the token function. Nothing is contacted yet: keys, secrets and key sets are read when they are first needed. */
export function connect(
  config: TokenConfig,
  options: { readonly onTableRequest?: (operation: string) => void } = {},
): TokenDependencies {
  const clock = Date.now
  const { issuer, stage } = config
  const log = createLog((line) => process.stdout.write(line))
  const catalogs = new Map<string, CompiledCatalog>(Object.entries(shipped))
  const { onTableRequest: onRequest } = options
  const stores = dynamoStores({
    tableName: config.table,
    clock,
    mayNarrow: mayNarrow(catalogs),
    ...(onRequest && { onRequest }),
  })
  const keyRing = new CachedKeyRing({ store: stores.keyRing, clock, maxAgeMs: config.keyRingCacheSeconds * 1000 })
  const wrapper = new KmsKeyWrapper({ keyId: config.kmsKeyId })
  const handles = new RingChangeHandles({ ring: keyRing, wrapper, stage })
  /** Whoever reads here that a key was removed neither signs with it nor believes it from then on. */
  const changes: ChangeLog = {
    readChanges: async (since) => {
      const entries = await stores.changes.readChanges(since)
      if (entries.some(({ scope }) => scope === 'key')) await keyRing.refreshKeyRing()
      return entries
    },
  }
  const verifiers = new Map<string, SubjectTokenVerifier>([
    [issuer, new OwnTokenVerifier({ ring: keyRing, issuer, clock })],
  ])
  for (const provider of config.providers) {
    verifiers.set(provider.issuer, new ProviderTokenVerifier(provider, { clock }))
  }
  const readSecret = async () => {
    const { SecretsManagerStore } = await import('@rolecast/core/adapters/secrets/secrets-manager')
    return new SecretsManagerStore().readSecret(config.identityAdminsSecret)
  }
  return {
    accounts: stores.accounts,
    customRoles: stores.customRoles,
    grantDocuments: stores.grantDocuments,
    identityAdmin: openIdentityAdmins({
      sources: config.identityAdmins,
      directory: () => new Directory({ ...stores, clock }),
      readSecret,
      onFailure: (error, source) => log('failed', { ...describeError(error), source }),
      clock,
    }),
    pulls: new PullQueue(clock),
    limits: {
      confirmedForMs: config.confirmedForSeconds * 1000,
      staleIfErrorMs: config.staleIfErrorSeconds * 1000,
    },
    pullDeadlineMs: config.pullDeadlineMs,
    clock,
    catalogs,
    indexes: new Map([...catalogs].map(([name, catalog]) => [name, indexCatalog(toDecisionCatalog(catalog))])),
    issuer,
    tokenSeconds: config.tokenSeconds,
    claimBudgetBytes: config.claimBudgetBytes,
    newTokenId: randomUUID,
    digest: sha256,
    keyRing,
    signer: new JoseSigner({ ring: keyRing, wrapper, stage }),
    handles,
    changeFeed: new ChangeFeed({ changes, handles, clock }),
    subjectTokens: new SubjectTokenVerifiers(verifiers),
    corsOrigins: config.corsOrigins,
    log,
  }
}

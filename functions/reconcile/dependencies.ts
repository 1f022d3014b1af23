import { randomUUID } from 'node:crypto'
import { catalogs as shipped } from '@rolecast/catalogs'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import { Directory } from '@rolecast/core/adapters/identity-admins/directory/directory'
import { openIdentityAdmins } from '@rolecast/core/adapters/identity-admins/open'
import { describeError } from '@rolecast/core/application/describe-error'
import { KnownAccounts } from '@rolecast/core/application/reconcile/known-accounts'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { mayNarrow } from '@rolecast/core/domain/catalog/may-narrow'
import type { ReconcileConfig } from './config.ts'
import type { ReconcileHandlerDependencies } from './create-handler.ts'

/** Wires reconciliation. Nothing is contacted yet. */
export function connect(config: ReconcileConfig): ReconcileHandlerDependencies {
  const clock = Date.now
  const write = (line: string) => void process.stdout.write(line)
  const narrows = mayNarrow(new Map<string, CompiledCatalog>(Object.entries(shipped)))
  const stores = dynamoStores({ tableName: config.table, clock, mayNarrow: narrows })
  const { pageDeadlineMs, pullDeadlineMs, leaseMs, everyMs, brake } = config
  return {
    accounts: stores.accounts,
    organizations: stores.organizations,
    newAccounts: stores.newAccounts,
    listings: stores.listings,
    runs: stores.runs,
    identityAdmin: openIdentityAdmins({
      sources: config.identityAdmins,
      directory: () => new Directory({ ...stores, clock }),
      readSecret: async () => {
        const { SecretsManagerStore } = await import('@rolecast/core/adapters/secrets/secrets-manager')
        return new SecretsManagerStore().readSecret(config.identityAdminsSecret)
      },
      onFailure: (error, source) =>
        write(`${JSON.stringify({ level: 'ERROR', event: 'failed', ...describeError(error), source })}\n`),
      clock,
    }),
    known: new KnownAccounts(),
    fingerprint: sha256Fingerprint,
    clock,
    newId: randomUUID,
    mayNarrow: narrows,
    rules: {
      pageDeadlineMs,
      pullDeadlineMs,
      leaseMs,
      stepMs: 20_000,
      everyMs,
      againMs: Math.min(everyMs, 3_600_000),
      hintedEveryMs: Math.min(everyMs, 300_000),
      brake,
    },
    write,
  }
}

import { catalogs as shipped } from '@rolecast/catalogs'
import { EventBridgeReader } from '@rolecast/core/adapters/bus/event-bridge-reader'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { hintSource } from '@rolecast/core/adapters/environment/event-sources'
import { readPartnerEvent } from '@rolecast/core/adapters/hints/partner-events'
import { Directory } from '@rolecast/core/adapters/identity-admins/directory/directory'
import { openIdentityAdmins } from '@rolecast/core/adapters/identity-admins/open'
import { remoteKeySet } from '@rolecast/core/adapters/tokens/remote-key-set'
import { describeError } from '@rolecast/core/application/describe-error'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import type { EventSource } from '@rolecast/core/domain/assignment/identity-event'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { mayNarrow } from '@rolecast/core/domain/catalog/may-narrow'
import type { IngestConfig } from './config.ts'
import type { IngestDependencies } from './create-handler.ts'

/** Wires the ingest function. Nothing is contacted yet. */
export function connect(config: IngestConfig): IngestDependencies {
  const clock = Date.now
  const write = (line: string) => void process.stdout.write(line)
  const catalogs = new Map<string, CompiledCatalog>(Object.entries(shipped))
  const stores = dynamoStores({ tableName: config.table, clock, mayNarrow: mayNarrow(catalogs) })
  const readSecret = async () => {
    const { SecretsManagerStore } = await import('@rolecast/core/adapters/secrets/secrets-manager')
    return new SecretsManagerStore().readSecret(config.identityAdminsSecret)
  }
  const signing = config.eventSources.flatMap(({ source, jwksUri }) =>
    jwksUri === undefined ? [] : [[source, remoteKeySet(jwksUri)] as const],
  )
  return {
    accounts: stores.accounts,
    organizations: stores.organizations,
    eventIds: stores.eventIds,
    parked: stores.parked,
    sources: sourcesOf(config),
    reader: new EventBridgeReader({
      keys: new Map(signing),
      readPartner: (envelope, receivedAt) => readPartnerEvent(config.partnerEvents, envelope, receivedAt),
    }),
    identityAdmin: openIdentityAdmins({
      sources: config.identityAdmins,
      directory: () => new Directory({ ...stores, clock }),
      readSecret,
      onFailure: (error, source) =>
        write(`${JSON.stringify({ level: 'ERROR', event: 'failed', ...describeError(error), source })}\n`),
      clock,
    }),
    pullDeadlineMs: config.pullDeadlineMs,
    settling: new PullQueue(clock),
    clock,
    deliveries: config.deliveries,
    write,
  }
}

/** Who may say what: configured sources state, our own functions and partners hint. */
export function sourcesOf({ eventSources, partnerEvents, identityAdmins }: IngestConfig): Map<string, EventSource> {
  const first = identityAdmins[0]?.name ?? ''
  const sources = new Map<string, EventSource>([[hintSource, { source: hintSource, tells: 'hinted' }]])
  for (const { source, identityAdmin = first, organizations } of eventSources) {
    const limit = organizations === undefined ? {} : { organizations }
    sources.set(source, { source, tells: 'stated', identityAdmin, isDefault: identityAdmin === first, ...limit })
  }
  for (const { eventSource: source, organization } of partnerEvents) {
    const organizations = [...(sources.get(source)?.organizations ?? []), organization]
    sources.set(source, { source, tells: 'hinted', organizations })
  }
  return sources
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { FileSystem } from 'aws-cdk-lib'
import { FilterPattern, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { writeAuthorizerAsset } from './authorizer-asset.ts'

export interface AuthorizerFunctionProps {
  readonly catalog: CompiledCatalog
  /** `iss` of the tokens: the origin of the token service. */
  readonly issuer: string
  /** Where the authorizer asks what it cannot decide alone. Default: the issuer. */
  readonly tokenServiceUrl?: string
  /** Transparent mode: issuers of identity providers whose tokens are taken too, and exchanged on the way. */
  readonly providers?: readonly string[]
  /** Seconds for which gateways may keep an answer. */
  readonly resultCacheSeconds: number
  /** How often, in seconds, a refusal for want of a permission may be resolved again for one account. */
  readonly denyResolveSeconds?: number
  /** How old what is known of removed roles may be. Default: 5, 10, 60 and 300 s; docs/freshness.md says what each costs. */
  readonly freshness?: FreshnessSettings
  /** The token service's key set (RFC 7517), so that a cold start verifies without fetching it. */
  readonly jwks?: string
  /** Folder of the authorizer's bundle. Default: the one that this package brings along. */
  readonly bundle?: string
  readonly size?: FunctionSize
  readonly defaults?: FunctionDefaults
}

/** Whole seconds from 1 to 999, ascending. */
export interface FreshnessSettings {
  /** A copy of the change feed that is older is read on in the background. */
  readonly pollSeconds: number
  /** The bound on a removed role: with an older copy a request waits for the read. */
  readonly boundSeconds: number
  /** While the feed cannot be read: older than this, requests that may write are refused, */
  readonly refuseWritesAfterSeconds: number
  /** and older than this, all. */
  readonly refuseAllAfterSeconds: number
}

/** Where the bundle lies beside the published package, and where this repository builds it. */
const published = join(import.meta.dirname, 'authorizer')
const built = join(import.meta.dirname, '../../../dist/functions/authorizer')

/** The gateway waits for an authorizer for 10 s at most. */
const size: FunctionSize = { memoryMb: 1024, timeoutSeconds: 9 }
const defaults: FunctionDefaults = { logRetention: RetentionDays.ONE_MONTH, keepLogs: false, tracing: false }

/** The function that decides for one application. It may write its logs and nothing else: no table, no key, no secret. */
export function authorizerFunction(scope: Construct, id: string, props: AuthorizerFunctionProps): LambdaFunction {
  const bundle = props.bundle ?? [published, built].find((folder) => existsSync(folder)) ?? built
  if (!existsSync(join(bundle, 'index.mjs'))) throw new Error(`${bundle} has no bundle: npm run build makes it`)
  const asset = FileSystem.mkdtemp('rolecast-authorizer-')
  writeAuthorizerAsset(asset, bundle, props.catalog)
  const lambda = new LambdaFunction(scope, id, {
    description: `Decides at the gateway what may be done in ${props.catalog.application}`,
    code: asset,
    environment: {
      ROLECAST_ISSUER: props.issuer,
      ROLECAST_TOKEN_SERVICE_URL: props.tokenServiceUrl ?? props.issuer,
      ROLECAST_MODE: props.providers === undefined ? 'token' : 'transparent',
      ROLECAST_RESULT_CACHE_SECONDS: String(props.resultCacheSeconds),
      ...(props.providers === undefined ? {} : { ROLECAST_PROVIDERS: JSON.stringify(props.providers) }),
      ...(props.jwks === undefined ? {} : { ROLECAST_JWKS: props.jwks }),
      ...(props.denyResolveSeconds === undefined
        ? {}
        : { ROLECAST_DENY_RESOLVE_SECONDS: String(props.denyResolveSeconds) }),
      ...(props.freshness === undefined ? {} : { ROLECAST_FRESHNESS_SECONDS: freshnessText(props.freshness) }),
    },
    size: props.size ?? size,
    defaults: props.defaults ?? defaults,
  })
  // Alarm on it: while it rises, removed roles do not reach this authorizer, and it is about to refuse.
  new MetricFilter(lambda, 'ChangesUnread', {
    logGroup: lambda.logGroup,
    filterPattern: FilterPattern.stringValue('$.event', '=', 'changes_unread'),
    metricNamespace: 'Rolecast',
    metricName: 'ChangesUnread',
    metricValue: '1',
  })
  return lambda
}

function freshnessText(settings: FreshnessSettings): string {
  const { pollSeconds, boundSeconds, refuseWritesAfterSeconds, refuseAllAfterSeconds } = settings
  const all = [pollSeconds, boundSeconds, refuseWritesAfterSeconds, refuseAllAfterSeconds]
  const ascend = all.every((seconds, index) => seconds >= (all[index - 1] ?? 1) && seconds <= 999)
  if (!ascend || !all.every(Number.isInteger)) throw new Error('freshness: whole seconds from 1 to 999, ascending')
  return all.join()
}

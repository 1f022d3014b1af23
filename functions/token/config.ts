import { identityAdminSettings, type SourceSettings } from '@rolecast/core/adapters/environment/identity-admins'
import { secureUrl as url } from '@rolecast/core/adapters/environment/secure-url'
import { InvalidConfig, readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import { providerAlgorithms, type TrustedProvider } from '@rolecast/core/application/ports'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import * as v from 'valibot'

/** The settings of the token function, from its environment. Ages in seconds unless the name says otherwise. */
export interface TokenConfig {
  readonly table: string
  readonly stage: string
  /** `iss` of the tokens and origin of the service, without a path. */
  readonly issuer: string
  readonly kmsKeyId: string
  readonly providers: readonly TrustedProvider[]
  /** The first is the default. */
  readonly identityAdmins: readonly SourceSettings[]
  readonly identityAdminsSecret: string
  /** Web origins whose pages may read answers; none by default. */
  readonly corsOrigins: readonly string[]
  readonly confirmedForSeconds: number
  readonly staleIfErrorSeconds: number
  readonly tokenSeconds: number
  readonly pullDeadlineMs: number
  readonly keyRingCacheSeconds: number
  readonly claimBudgetBytes: number
}

const origin = v.pipe(
  url,
  v.check(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'must be an origin: no path, no slash at the end',
  ),
)
const texts = v.pipe(v.array(text), v.nonEmpty('must not be empty'))

const provider = v.pipe(
  v.strictObject({
    issuer: url,
    jwksUri: url,
    audiences: texts,
    clientIds: v.optional(texts),
    organization: v.union([v.strictObject({ fixed: text }), v.strictObject({ claim: text })]),
    algorithms: v.optional(v.pipe(v.array(v.picklist(providerAlgorithms)), v.nonEmpty()), [...providerAlgorithms]),
  }),
  v.check(
    ({ audiences, clientIds = [] }) => !clientIds.some((id) => audiences.includes(id)),
    'audiences and clientIds must differ, so that an ID token never passes for an access token',
  ),
)

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_STAGE: text,
  ROLECAST_ISSUER: origin,
  ROLECAST_KMS_KEY_ID: text,
  ROLECAST_PROVIDERS: json(
    v.pipe(
      v.array(provider),
      v.nonEmpty('must name a provider'),
      v.check((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, 'names an issuer twice'),
    ),
  ),
  ...identityAdminSettings,
  ROLECAST_CORS_ORIGINS: v.optional(json(v.array(origin)), '[]'),
  ROLECAST_CONFIRMED_FOR_SECONDS: whole({ otherwise: 30, least: 0, most: 3_600 }),
  ROLECAST_STALE_IF_ERROR_SECONDS: whole({ otherwise: 900, least: 0, most: 86_400 }),
  ROLECAST_TOKEN_SECONDS: whole(tokenLife),
  ROLECAST_PULL_DEADLINE_MS: whole({ otherwise: 2_000, least: 100, most: 8_000 }),
  ROLECAST_KEY_RING_CACHE_SECONDS: whole({ otherwise: 30, least: 0, most: 300 }),
  ROLECAST_CLAIM_BUDGET_BYTES: whole({ otherwise: 2_048, least: 128, most: 6_144 }),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): TokenConfig {
  const output = readSettings('the token function', settings, env)
  if (output.ROLECAST_PROVIDERS.some(({ issuer }) => issuer === output.ROLECAST_ISSUER)) {
    throw new InvalidConfig('the token function cannot start. ROLECAST_PROVIDERS: names this service itself')
  }
  return {
    table: output.ROLECAST_TABLE,
    stage: output.ROLECAST_STAGE,
    issuer: output.ROLECAST_ISSUER,
    kmsKeyId: output.ROLECAST_KMS_KEY_ID,
    providers: output.ROLECAST_PROVIDERS.map(({ clientIds, ...rest }) => (clientIds ? { ...rest, clientIds } : rest)),
    identityAdmins: output.ROLECAST_IDENTITY_ADMINS,
    identityAdminsSecret: output.ROLECAST_IDENTITY_ADMINS_SECRET,
    corsOrigins: output.ROLECAST_CORS_ORIGINS,
    confirmedForSeconds: output.ROLECAST_CONFIRMED_FOR_SECONDS,
    staleIfErrorSeconds: output.ROLECAST_STALE_IF_ERROR_SECONDS,
    tokenSeconds: output.ROLECAST_TOKEN_SECONDS,
    pullDeadlineMs: output.ROLECAST_PULL_DEADLINE_MS,
    keyRingCacheSeconds: output.ROLECAST_KEY_RING_CACHE_SECONDS,
    claimBudgetBytes: output.ROLECAST_CLAIM_BUDGET_BYTES,
  }
}

function json<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), schema)
}

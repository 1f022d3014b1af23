import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import type { Code } from '@rolecast/core/domain/decision/codes'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { createTokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import { createAuthorizer } from '../../functions/authorizer/authorize.ts'
import type { AuthorizerConfig } from '../../functions/authorizer/config.ts'
import { createAsking } from '../../functions/authorizer/later/ask.ts'
import type { DenyEntry } from '../../functions/authorizer/later/deny-log.ts'
import type { UnreadEntry } from '../../functions/authorizer/later/follow.ts'
import { claimsFor, grantClaims, issuer, jwksOf, makeKey, mint, type SigningKey } from './tokens.ts'

/** A small application with a route of every kind. */
export const flows: DecisionCatalog = {
  application: 'flows',
  epochs: [6],
  keys: ['flows.list', 'flows.read', 'flows.read[own]', 'flows.edit', 'flows.publish', 'vaults.open'],
  qualifiers: { own: { attribute: 'owner', account: true } },
  gated: ['vaults.open'],
  routes: [
    ['GET', '/flows', 'flows.list', 0],
    ['GET', '/flows/{flowId}', 'flows.read', 2],
    ['PUT', '/flows/{flowId}', 'flows.edit', 0],
    ['POST', '/flows/{flowId}/publish', 'flows.publish', 1],
    ['GET', '/vaults/{vaultId}', 'vaults.open', 2],
    ['GET', '/reports/{flowId}', 'flows.read', 0],
  ],
}

export const key = makeKey('flows-1')
export const provider = 'https://login.example'
/** Signs what the identity provider issues; the authorizer never has this key. */
const providerKey = makeKey('provider-1')
/** Epoch seconds. */
export const start = 1_800_000_000

/** What the identity admin says of an account, and how the token service fares. */
export interface AccountState {
  grants: readonly string[]
  version: number
  code?: Code
}

/** A token service in memory: mints what the state of an account says, and can be made to fail. */
export function createTokenService(now: () => number) {
  const accounts = new Map<string, AccountState>()
  const calls: { readonly account: string; readonly assignmentMaxAge?: number }[] = []
  const service = {
    accounts,
    calls,
    down: false,
    /** Ignores `assignment_max_age`, as an outdated or broken service would: the confirmation is this old (seconds). */
    confirmedAgo: 0,
    key: key as SigningKey,
    /** What the change feed says; as of now. */
    changes: {} as Readonly<Record<string, unknown>>,
    /** How often the change feed was read. */
    reads: 0,
    /** The change log cannot be read. */
    feedDown: false,
    fetchChanges: async (): Promise<unknown> => {
      service.reads++
      if (service.down || service.feedDown) throw new Error('the token service does not answer')
      const none = { versions: {}, revisions: {}, confirmed: {}, issued: {}, keys: [] }
      return { ageMs: 0, cursor: '1.a', more: false, ...none, ...service.changes }
    },
    withoutKey: (kid: string): unknown => ({
      keys: jwksOf(key).keys.filter((jwk) => (jwk as { kid: string }).kid !== kid),
    }),
    /** Overrides claims of what is minted. */
    claims: {} as Readonly<Record<string, unknown>>,
    exchange: async (subjectToken: string, assignmentMaxAge?: number): Promise<Outcome<string>> => {
      const subject = JSON.parse(Buffer.from(subjectToken.split('.')[1] ?? '', 'base64url').toString())
      calls.push({ account: subject.sub, ...(assignmentMaxAge === undefined ? {} : { assignmentMaxAge }) })
      await Promise.resolve()
      if (service.down) return refuse('token_service_unavailable')
      const state = accounts.get(subject.sub)
      if (state === undefined) return refuse('unknown_account')
      if (state.code !== undefined) return refuse(state.code)
      return accept(await service.mint(subject.sub, { exp: Math.min(now() + 300, subject.exp), org: subject.org }))
    },
    mint: (account: string, overrides: Readonly<Record<string, unknown>> = {}): Promise<string> => {
      const { grants, version } = accounts.get(account) ?? { grants: [], version: 1 }
      const claims = claimsFor('flows', now(), {
        sub: account,
        rev: [version, 1],
        cfm: now() - service.confirmedAgo,
        ...grantClaims(flows, grants),
        ...overrides,
        ...service.claims,
      })
      return mint(service.key, claims)
    },
  }
  return service
}

export interface SetupOptions {
  readonly config?: Partial<AuthorizerConfig>
  readonly catalog?: DecisionCatalog
  readonly fetchKeys?: () => Promise<unknown>
}

/** An authorizer over the token service in memory, with a clock that the test moves (`time.at`, epoch seconds). */
export function setUp({ config = {}, catalog = flows, fetchKeys }: SetupOptions = {}) {
  const time = { at: start }
  const clock = () => time.at * 1000
  const service = createTokenService(() => Math.floor(time.at))
  const log: DenyEntry[] = []
  const unread: UnreadEntry[] = []
  const write = (entry: DenyEntry | UnreadEntry) =>
    void (entry.event === 'denied' ? log.push(entry) : unread.push(entry))
  const settings: AuthorizerConfig = {
    issuer,
    tokenServiceUrl: 'https://tokens.example/',
    mode: 'token',
    providers: [],
    resultCacheSeconds: 0,
    denyResolveSeconds: 2,
    freshnessMs: [5_000, 10_000, 60_000, 300_000],
    ...config,
  }
  const verifier = createTokenVerifier<HeldGrant>({
    issuer,
    application: catalog.application,
    epochs: catalog.epochs,
    keys: { snapshot: jwksOf(key), ...(fetchKeys && { fetch: fetchKeys }) },
    clock,
    memoSize: 1000,
    wrap: (held) => held,
    documents: { known: () => undefined, resolveFor: async () => refuse('unresolved_reference') },
  })
  const nextSignIn = catalog.nextSignIn === true
  const authorize = createAuthorizer({
    index: indexCatalog(catalog),
    verifier,
    clock,
    config: settings,
    asking: async () => createAsking({ verifier, tokenService: service, clock, config: settings, nextSignIn, write }),
    write,
  })
  return { authorize, service, time, log, unread, verifier }
}

/** The identity provider's token for an account. */
export function signIn(account: string, now = start, overrides: Readonly<Record<string, unknown>> = {}) {
  const claims = { iss: provider, sub: account, aud: 'api', exp: now + 600, iat: now, org: 'acme', ...overrides }
  return mint(providerKey, JSON.parse(JSON.stringify(claims)), { typ: 'JWT' })
}

/** A Lambda authorizer event of an HTTP API, payload 2.0, as API Gateway sends it. */
export function httpEvent(
  token: string | undefined,
  routeKey = 'GET /flows',
  parts: Readonly<Record<string, unknown>> = {},
) {
  const [method = '', path = ''] = routeKey.split(' ')
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/$default/${method}${path}`,
    identitySource: [...Object.values(authorization), routeKey],
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example', accept: '*/*', ...authorization },
    requestContext: { accountId: '123456789012', apiId: 'abcdef1234', stage: '$default', http: { method, path } },
    ...parts,
  }
}

export const stageArn = 'arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/v1'

/** A TOKEN event of a REST API. */
export function tokenEvent(token: string, request = 'GET/flows') {
  return { type: 'TOKEN', authorizationToken: `Bearer ${token}`, methodArn: `${stageArn}/${request}` }
}

/** A REQUEST event of a REST API. */
export function requestEvent(token: string, resource = 'GET /flows', path = resource.slice(resource.indexOf(' ') + 1)) {
  const [method = '', template = ''] = resource.split(' ')
  return {
    type: 'REQUEST',
    methodArn: `${stageArn}/${method}${path}`,
    resource: template,
    path,
    httpMethod: method,
    headers: { Authorization: `Bearer ${token}`, Host: 'api.example' },
    multiValueHeaders: { Authorization: [`Bearer ${token}`], Host: ['api.example'] },
    pathParameters: {},
    requestContext: { stage: 'v1', httpMethod: method, resourcePath: template },
  }
}

/** Where a stage is deployed and whom it talks to: the values that differ between two owners of the same code. */
import { eventSources } from '@rolecast/core/adapters/environment/event-sources'
import { deployedConnections } from '@rolecast/core/adapters/environment/hook-connections'
import { identityAdmins } from '@rolecast/core/adapters/environment/identity-admins'
import { probeSettings } from '@rolecast/core/adapters/environment/probe-settings'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import * as v from 'valibot'
import type { StageName, stages } from './stages.ts'

const url = v.pipe(v.string(), v.url())
const day = 86_400
/** The bounds are those of the functions: what they would not start with is refused before it is deployed. */
const seconds = (least: number, most: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)))
const account = v.pipe(v.string(), v.regex(/^\d{12}$/, 'an account has 12 digits'))

const schema = v.strictObject({
  /** Without account and region, a stack is deployed wherever the command line's credentials point. */
  account: v.optional(account),
  region: v.optional(v.string()),
  /** A domain of your own before the token service. Its origin is then the issuer, which survives a new API. */
  domain: v.optional(v.strictObject({ name: v.string(), certificateArn: v.string() })),
  /** Where SCIM clients reach the service, if not at its API: a domain of your own before it. */
  scimOrigin: v.optional(url),
  /** Overrides the issuer; for one machine only, where no gateway gives the API its address. */
  issuer: v.optional(url),
  /** Identity providers, as the token function's ROLECAST_PROVIDERS spells them. */
  providers: v.array(
    v.strictObject({
      issuer: url,
      jwksUri: url,
      audiences: v.array(v.string()),
      clientIds: v.optional(v.array(v.string())),
      organization: v.union([v.strictObject({ fixed: v.string() }), v.strictObject({ claim: v.string() })]),
      algorithms: v.optional(v.array(v.string())),
    }),
  ),
  /**
   * Identity admins, as the functions' ROLECAST_IDENTITY_ADMINS spells them; the first is the default. Secrets are not here:
   * they are put into the secret that the data stack creates.
   */
  identityAdmins,
  /** Ages in seconds, where the defaults of the token function do not fit. */
  ages: v.optional(
    v.strictObject({
      tokenSeconds: seconds(tokenLife.least, tokenLife.most),
      confirmedForSeconds: seconds(0, 3_600),
      staleIfErrorSeconds: seconds(0, day),
      rotateAfterSeconds: seconds(3_600, 366 * day),
    }),
    {},
  ),
  /** RS256 where a gateway's native JWT authorizer reads the tokens, too. */
  signingAlgorithm: v.optional(v.picklist(['ES256', 'RS256'])),
  /** Web origins whose pages may ask the token service for a session. */
  corsOrigins: v.optional(v.array(url)),
  /**
   * Who states: each by the `source` of its events alone, or with the identity admin and the organizations it speaks for and
   * the address of its keys. The bus takes no other.
   */
  eventSources: v.optional(
    v.pipe(
      v.array(
        v.union([
          v.pipe(
            v.string(),
            v.transform((source) => ({ source })),
          ),
          v.looseObject({ source: v.string() }),
        ]),
      ),
      eventSources,
    ),
    ['rolecast.ix-admin'],
  ),
  /**
   * Identity providers that say when something changes: over HTTP, polled, or as partners on EventBridge. Their secrets are
   * made by the stack (docs/sync.md).
   */
  hooks: v.optional(deployedConnections, []),
  /** The accounts, beside its own, that may put such events. */
  eventAccounts: v.optional(v.array(account), []),
  /** Accounts that may attach the SDK layer. */
  layerAccounts: v.optional(v.array(account), []),
  /** The accounts, beside its own, whose product teams may set rules on the outbound bus. */
  subscriberAccounts: v.optional(v.array(account), []),
  /** Measures the promise with a synthetic account; without it, nobody does. Its secrets are put into a secret of the sync stack. */
  probe: v.optional(probeSettings),
  /** Gets the alarms by mail. */
  alarmEmail: v.optional(v.pipe(v.string(), v.email())),
})

export type Deployment = v.InferOutput<typeof schema>

/** Thrown for context that is not a deployment; the message names each wrong member. */
export class InvalidDeployment extends Error {
  override readonly name = 'InvalidDeployment'
}

/** The key of the CDK context that holds a stage's deployment, as an object or as its JSON text. */
export function contextKey(stage: StageName): string {
  return `rolecast:${stage}`
}

/**
 * Reads the deployment of a stage from its context value. Without one: placeholders under `.invalid` (RFC 2606), which
 * never resolve, so that a forgotten setting trusts nobody. `configured` says which of the two it is.
 * @throws {InvalidDeployment} for unknown members or values of a wrong kind.
 */
export function readDeployment(
  stage: StageName,
  value: unknown,
): { readonly deployment: Deployment; readonly configured: boolean } {
  const given = value === undefined ? defaults[stage] : typeof value === 'string' ? parseJson(stage, value) : value
  const result = v.safeParse(schema, given)
  if (!result.success) {
    const issues = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'value'}: ${reasonOf(issue)}`)
    throw new InvalidDeployment(`${contextKey(stage)}: ${issues.join('; ')}`)
  }
  return { deployment: result.output, configured: value !== undefined || stage === 'local' }
}

function reasonOf({ type, expected, received, message }: v.BaseIssue<unknown>): string {
  if (type === 'strict_object' && expected === 'never') return 'is not a member'
  return received === 'undefined' ? 'is missing' : message
}

function parseJson(stage: StageName, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidDeployment(`${contextKey(stage)}: not JSON`, { cause })
  }
}

const placeholder = {
  providers: [
    {
      issuer: 'https://provider.invalid',
      jwksUri: 'https://provider.invalid/jwks',
      audiences: ['rolecast'],
      organization: { claim: 'org' },
    },
  ],
  identityAdmins: [{ kind: 'ix-admin', name: 'ix-admin', url: 'https://identity-admin.invalid', clientId: 'rolecast' }],
}

/** Connections of stage `local`, one of each kind; `signals` transmits security events. */
export function localHooks(signals: string) {
  const acme = { organization: 'acme' }
  const transmitter = { issuer: signals, audience: 'rolecast', jwksUri: `${signals}/jwks` }
  return [
    { kind: 'okta', name: 'acme-okta', ...acme },
    { kind: 'okta', name: 'hooli-okta', organization: 'hooli' },
    { kind: 'auth0', name: 'acme-auth0', ...acme, sourceOrganization: 'org_acme' },
    { kind: 'keycloak', name: 'acme-keycloak', ...acme, realm: 'acme' },
    { kind: 'graph', name: 'acme-graph', ...acme, tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95' },
    { kind: 'workos', name: 'acme-workos', ...acme, sourceOrganization: 'org_acme' },
    { kind: 'ssf', name: 'acme-ssf', ...acme, ...transmitter },
    { kind: 'ssf-poll', name: 'acme-poll', ...acme, ...transmitter, endpoint: `${signals}/poll` },
    { kind: 'okta-partner', name: 'acme-okta-bus', ...acme, eventSource: 'aws.partner/okta.com/acme/rolecast' },
    {
      kind: 'auth0-partner',
      name: 'acme-auth0-bus',
      ...acme,
      eventSource: 'aws.partner/auth0.com/acme/auth0.logs',
      sourceOrganization: 'org_acme',
    },
  ]
}

/** The directory that SCIM clients fill, as stage `local` names it. */
export const directorySource = 'directory'

/** The sources of stage `local`: iX Admin, the Okta of one organization, in which each role is a group, and the directory. */
export function localIdentityAdmins(urls: { readonly ixAdmin: string; readonly okta: string }) {
  return [
    { kind: 'ix-admin', name: 'ix-admin', url: urls.ixAdmin, clientId: 'rolecast' },
    { kind: 'okta', name: 'okta-hooli', organization: 'hooli', url: urls.okta, groups: oktaGroups },
    { kind: 'directory', name: directorySource },
  ]
}

/** Groups of the Okta of stage `local`, and what they mean. */
export const oktaGroups = {
  '00gflowviewer0000000': 'customer-v2/flow_viewer',
  '00gfloweditor0000000': 'customer-v2/flow_editor',
  '00gflowpublisher0000': 'customer-v2/flow_publisher',
  '00greportviewer00000': 'customer-v2/report_viewer',
  '00gintegrationsadmin': 'customer-v2/integrations_admin',
}

const defaults: Record<keyof typeof stages, unknown> = {
  local: {
    issuer: 'http://127.0.0.1:4100',
    providers: [
      {
        issuer: 'http://127.0.0.1:4200',
        jwksUri: 'http://127.0.0.1:4200/jwks',
        audiences: ['https://api.rolecast.example'],
        clientIds: ['rolecast-cli', 'rolecast-console'],
        organization: { claim: 'org' },
      },
    ],
    identityAdmins: localIdentityAdmins({ ixAdmin: 'http://127.0.0.1:4300', okta: 'http://127.0.0.1:4310' }),
    hooks: localHooks('http://127.0.0.1:4320'),
  },
  dev: placeholder,
  staging: placeholder,
  prod: placeholder,
}

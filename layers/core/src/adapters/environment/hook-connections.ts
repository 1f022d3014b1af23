import * as v from 'valibot'
import { secureUrl as url } from './secure-url.ts'

/** Name of a connection: the last segment of its address, and `origin` of its hints. */
const name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens'))
const text = v.pipe(v.string(), v.nonEmpty('must not be empty'), v.maxLength(255))
const organization = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/, 'must be an organization'))
/** How the other side names our organization, where it has several in one tenant. */
const sourceOrganization = v.optional(text)
const common = { name, organization }
/** What our accounts are called at Okta, as the connection for pulling has it. */
const oktaAccounts = { accounts: v.optional(v.picklist(['id', 'login']), 'id') }
const transmitter = {
  issuer: text,
  audience: text,
  jwksUri: url,
  /** `iss` of the subjects that are our accounts, where it is not the transmitter. */
  subjectIssuer: v.optional(text),
  /** What subjects name our accounts by. */
  accounts: v.optional(v.picklist(['iss_sub', 'opaque', 'email']), 'iss_sub'),
}

/** Connections whose senders deliver over HTTP to `/hooks/{name}`. */
const hookEntries = [
  { kind: v.literal('okta'), ...common, ...oktaAccounts },
  { kind: v.literal('auth0'), ...common, sourceOrganization },
  { kind: v.literal('keycloak'), ...common, realm: text, sourceOrganization },
  {
    kind: v.literal('graph'),
    ...common,
    tenantId: text,
    /** For subscriptions with resource data: application whose tokens prove the sender, and where their keys are. */
    resourceData: v.optional(v.strictObject({ issuer: text, audience: text, jwksUri: url })),
  },
  { kind: v.literal('workos'), ...common, sourceOrganization: text },
  /** `authorization`: whether the transmitter sends the secret of the connection as its Authorization header, too. */
  { kind: v.literal('ssf'), ...common, ...transmitter, authorization: v.optional(v.boolean(), false) },
] as const

/** A transmitter of security events that is asked for them (RFC 8936). */
const pollEntries = { kind: v.literal('ssf-poll'), ...common, ...transmitter, endpoint: url }

/** Events of a partner on an EventBridge bus of its own; `eventSource` is the name of that bus and of their source. */
const partnerEntries = [
  {
    kind: v.literal('okta-partner'),
    ...common,
    ...oktaAccounts,
    eventSource: v.pipe(text, v.startsWith('aws.partner/okta.com/', 'must be a source of Okta')),
  },
  {
    kind: v.literal('auth0-partner'),
    ...common,
    eventSource: v.pipe(text, v.startsWith('aws.partner/auth0.com/', 'must be a source of Auth0')),
    sourceOrganization,
  },
] as const

const secretArn = text
const [okta, auth0, keycloak, graph, workos, ssf] = hookEntries
const [oktaPartner, auth0Partner] = partnerEntries

/** As an owner of a stage writes it: without the secrets, which the stack makes. */
export const deployedConnections = v.pipe(
  v.array(
    v.variant('kind', [
      v.strictObject(okta),
      v.strictObject(auth0),
      v.strictObject(keycloak),
      v.strictObject(graph),
      v.strictObject(workos),
      v.strictObject(ssf),
      v.strictObject(pollEntries),
      v.strictObject(oktaPartner),
      v.strictObject(auth0Partner),
    ]),
  ),
  v.check((all) => namesDiffer(all), 'names a connection twice'),
)

/** `ROLECAST_HOOKS`. */
export const hookConnections = v.pipe(
  v.array(
    v.variant('kind', [
      v.strictObject({ ...okta, secretArn }),
      v.strictObject({ ...auth0, secretArn }),
      v.strictObject({ ...keycloak, secretArn }),
      v.strictObject({ ...graph, secretArn }),
      v.strictObject({ ...workos, secretArn }),
      v.strictObject({ ...ssf, secretArn }),
    ]),
  ),
  v.check((all) => namesDiffer(all), 'names a connection twice'),
)

/** `ROLECAST_SIGNAL_POLLS`. */
export const pollConnections = v.pipe(
  v.array(v.strictObject({ ...pollEntries, secretArn })),
  v.check((all) => namesDiffer(all), 'names a connection twice'),
)

/** `ROLECAST_PARTNER_EVENTS`. Several connections may read one source: one for each organization of a tenant. */
export const partnerConnections = v.pipe(
  v.array(v.variant('kind', [v.strictObject(oktaPartner), v.strictObject(auth0Partner)])),
  v.check((all) => namesDiffer(all), 'names a connection twice'),
)

export type DeployedConnection = v.InferOutput<typeof deployedConnections>[number]
export type HookConnection = v.InferOutput<typeof hookConnections>[number]
export type PollConnection = v.InferOutput<typeof pollConnections>[number]
export type PartnerConnection = v.InferOutput<typeof partnerConnections>[number]

function namesDiffer(all: readonly { readonly name: string }[]): boolean {
  return new Set(all.map((each) => each.name)).size === all.length
}

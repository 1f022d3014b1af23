import {
  type ClientMetadata,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import type { Person } from '../demo-data.ts'
import { html } from '../html.ts'
import { memoryRecords } from './records.ts'
import type { Secrets } from './secrets.ts'

/** The resource (RFC 8707) that access tokens are for: what the token service accepts as audience. */
export const API_RESOURCE = 'https://api.rolecast.example'

/** The public clients. Redirects go to 127.0.0.1 at any port (RFC 8252 section 7.3). */
export const CLI_CLIENT = 'rolecast-cli'
export const CONSOLE_CLIENT = 'rolecast-console'
export const CLI_REDIRECT = 'http://127.0.0.1/callback'

const TOKEN_SECONDS = 600
const SESSION_SECONDS = 8 * 60 * 60
const LOOPBACK_ORIGIN = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/

const clients: ClientMetadata[] = [
  publicClient(CLI_CLIENT, [CLI_REDIRECT]),
  publicClient(CONSOLE_CLIENT, ['http://127.0.0.1/signed-in', 'http://localhost/signed-in']),
]

/**
 * Authorization code with PKCE only, ES256 only. Access tokens are JWTs (RFC 9068) with `sub` = account and `org` = organization; ID tokens
 * carry the same two. The clients belong to the project, so nobody is asked for consent.
 */
export function configuration(
  secrets: Secrets,
  personOf: (account: string) => Person | undefined,
  clock: () => number,
): Configuration {
  return {
    adapter: memoryRecords(clock),
    clients,
    jwks: { keys: [secrets.key] },
    cookies: { keys: [secrets.cookieKey] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    responseTypes: ['code'],
    scopes: ['openid', 'profile', 'email'],
    claims: { openid: ['sub', 'org'], profile: ['name', 'preferred_username'], email: ['email'] },
    // Claims in the ID token itself: there is no userinfo endpoint.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API_RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => {
          if (resource !== API_RESOURCE) throw new errors.InvalidTarget()
          return {
            scope: '',
            audience: API_RESOURCE,
            accessTokenTTL: TOKEN_SECONDS,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      AuthorizationCode: 60,
      Grant: SESSION_SECONDS,
      IdToken: TOKEN_SECONDS,
      Interaction: 600,
      Session: SESSION_SECONDS,
    },
    findAccount: (_, sub) => {
      const person = personOf(sub)
      return person && { accountId: sub, claims: () => claimsOf(person) }
    },
    extraTokenClaims: (ctx, token) => {
      const person = 'accountId' in token ? personOf(token.accountId) : undefined
      const authTime = ctx.oidc.entities.AuthorizationCode?.authTime
      return person && { org: person.organization, ...(authTime === undefined ? {} : { auth_time: authTime }) }
    },
    loadExistingGrant: grantWithoutAsking,
    interactions: { policy: withoutConsent(), url: (_, { uid }) => `/interaction/${uid}` },
    clientBasedCORS: (_, origin, client) => client.clientId === CONSOLE_CLIENT && LOOPBACK_ORIGIN.test(origin),
    renderError: (ctx, { error, error_description: description = '' }) => {
      ctx.type = 'html'
      ctx.body = html`<!doctype html><title>Sign-in failed</title><p role="alert">${error}: ${description}</p>`.text
    },
  }
}

function publicClient(clientId: string, redirectUris: string[]): ClientMetadata {
  return {
    client_id: clientId,
    application_type: 'native',
    redirect_uris: redirectUris,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
  }
}

function claimsOf(person: Person) {
  const { account, organization, name, username, email } = person
  return { sub: account, org: organization, name, preferred_username: username, email }
}

// A person who switches to another asks with `prompt=login`: there is no logout page.
function withoutConsent() {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  return policy
}

async function grantWithoutAsking(ctx: KoaContextWithOIDC) {
  const { provider, session, client } = ctx.oidc
  if (session?.accountId === undefined || client === undefined) return undefined
  const granted = session.grantIdFor(client.clientId)
  const grant = granted === undefined ? undefined : await provider.Grant.find(granted)
  if (grant !== undefined) return grant
  const fresh = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  fresh.addOIDCScope('openid profile email')
  fresh.addResourceScope(API_RESOURCE, '')
  await fresh.save()
  return fresh
}

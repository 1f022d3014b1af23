import type { Digest, GrantDocumentStore, KeyRingReader } from '@rolecast/core/application/ports'
import { publishKeys } from '@rolecast/core/application/publish-keys'
import { readGrantDocument } from '@rolecast/core/application/read-grant-document'
import { tokenExchange } from './exchange-request.ts'
import { type HttpAnswer, type HttpRequest, jsonAnswer } from './http.ts'
import { problem } from './refusals.ts'

/** Readers of the key set notice a removed key within this many seconds, and a new one long before it signs. */
const keySetSeconds = 60

/**
 * `GET /.well-known/oauth-authorization-server`: RFC 8414. There is no authorization endpoint, hence no response type; a list
 * without elements is left out (section 3.2).
 */
export async function metadata({ issuer }: { readonly issuer: string }): Promise<HttpAnswer> {
  const document = {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: [tokenExchange],
    token_endpoint_auth_methods_supported: ['none'],
  }
  return jsonAnswer(document, { 'cache-control': 'public, max-age=300' })
}

/** `GET /.well-known/jwks.json`: RFC 7517. */
export async function keySet(dependencies: { readonly keyRing: KeyRingReader }): Promise<HttpAnswer> {
  const published = await publishKeys(dependencies)
  if (!published.ok) return problem(published.refusal)
  return jsonAnswer(published.value, {
    'content-type': 'application/jwk-set+json',
    'cache-control': `public, max-age=${keySetSeconds}, must-revalidate`,
  })
}

/** `GET /grants/{digest}`: what a token with too many permissions refers to. It never changes under its digest. */
export async function grantDocument(
  dependencies: { readonly grantDocuments: Pick<GrantDocumentStore, 'readGrantDocument'>; readonly digest: Digest },
  { path }: HttpRequest,
): Promise<HttpAnswer> {
  const read = await readGrantDocument(dependencies, path.slice(path.lastIndexOf('/') + 1))
  if (!read.ok) return problem(read.refusal)
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=31536000, immutable' }
  return { status: 200, headers, body: read.value }
}

import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { grantOfContext, readGrantContext } from './context.ts'
import { findBearer, type HeaderMaps } from './find-bearer.ts'
import { type FetchGrantDocument, GrantDocuments } from './grant-documents.ts'
import { type ProblemAnswer, problemOf } from './problem.ts'
import type { VerifiedGrant } from './verified-grant.ts'
import type { Verifier } from './verifier.ts'

export type GrantMiddlewareOptions<PermissionKey extends string> = {
  /** Without this permission, for whatever resource, the handler is not called. */
  readonly permission?: NoInfer<PermissionKey>
  /** Names the protected space in `WWW-Authenticate`. */
  readonly realm?: string
} & (
  | {
      /** Behind a gateway with the authorizer: the grant comes from its context, and without one nothing runs. */
      readonly catalog: DecisionCatalog<PermissionKey>
      /** For grants too large for a token: `GET /grants/{digest}` of the token service. */
      readonly fetchGrantDocument?: FetchGrantDocument
      /** Epoch milliseconds. */
      readonly clock?: () => number
    }
  | {
      /** Where there is no such gateway: the bearer token of the request is verified, and an authorizer's context ignored. */
      readonly verifier: Verifier<PermissionKey>
    }
)

/** What the middleware adds to the Lambda context. */
export interface GrantInContext<PermissionKey extends string> {
  readonly grant: VerifiedGrant<PermissionKey>
}

/** The part of a middy 7 request that is used here. */
interface MiddlewareRequest {
  readonly event: unknown
  readonly context: object
}

export interface GrantMiddleware<PermissionKey extends string> {
  readonly before: (request: MiddlewareRequest) => Promise<ProblemAnswer | undefined>
  /**
   * The grant in the context that the handler gets, knowing the permissions of the catalog.
   * @throws {TypeError} in a handler that does not use this middleware.
   */
  readonly grantOf: (context: object) => VerifiedGrant<PermissionKey>
}

/**
 * A middy 7 middleware: puts the `VerifiedGrant` of the request at `context.grant` (typed: `grantOf(context)`), or answers
 * with problem details before the handler is called. Works with HTTP API payloads 1.0 and 2.0 and with REST APIs.
 */
export function permissions<PermissionKey extends string>(
  options: GrantMiddlewareOptions<PermissionKey>,
): GrantMiddleware<PermissionKey> {
  const grants = new WeakMap<object, VerifiedGrant<PermissionKey>>()
  const read = 'verifier' in options ? fromToken(options.verifier) : fromContext(options)
  return {
    before: async ({ event, context }) => {
      const outcome = await read(event)
      if (!outcome.ok) return problemOf(outcome.refusal, options.realm)
      const missing = options.permission === undefined ? undefined : missed(outcome.value, options.permission)
      if (missing !== undefined) return problemOf(missing, options.realm)
      grants.set(context, outcome.value)
      Object.assign(context, { grant: outcome.value })
      return undefined
    },
    grantOf: (context) => {
      const grant = grants.get(context)
      if (grant === undefined) throw new TypeError('the handler does not use the middleware that was asked for a grant')
      return grant
    },
  }
}

/** A permission held for some resources only gets the handler called: it decides with the resource at hand. */
function missed<PermissionKey extends string>(
  grant: VerifiedGrant<PermissionKey>,
  permission: PermissionKey,
): Refusal | undefined {
  const refusal = grant.refusal(permission)
  return refusal?.code === 'qualifier_unknown' || refusal?.code === 'gate_unknown' ? undefined : refusal
}

type Read<PermissionKey extends string> = (event: unknown) => Promise<Outcome<VerifiedGrant<PermissionKey>>>

function fromToken<PermissionKey extends string>(verifier: Verifier<PermissionKey>): Read<PermissionKey> {
  return async (event) => {
    const bearer = findBearer(isObject(event) ? (event as HeaderMaps) : {})
    return bearer.ok ? verifier.verify(bearer.value, { mayWrite: !readOnly.has(methodOf(event)) }) : bearer
  }
}

/** Methods by which nothing is changed (RFC 9110 section 9.2.1), as far as products keep to it. */
const readOnly: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Of an HTTP API with payload 2.0, or with 1.0 and of a REST API. */
function methodOf(event: unknown): unknown {
  if (!isObject(event)) return undefined
  const requestContext = isObject(event['requestContext']) ? event['requestContext'] : {}
  return isObject(requestContext['http']) ? requestContext['http']['method'] : event['httpMethod']
}

function fromContext<PermissionKey extends string>(options: {
  readonly catalog: DecisionCatalog<PermissionKey>
  readonly fetchGrantDocument?: FetchGrantDocument
  readonly clock?: () => number
}): Read<PermissionKey> {
  const { catalog, clock = Date.now } = options
  const documents = new GrantDocuments(catalog.application, catalog.epochs, options.fetchGrantDocument)
  return async (event) => {
    const context = authorizerContextOf(event)
    if (context === undefined) return refuse('no_authorizer')
    const read = readGrantContext(context, catalog, Math.floor(clock() / 1000))
    if (!read.ok) return read
    const { grant, reference } = read.value
    if (grant !== undefined) return accept(grantOfContext(read.value, grant, catalog))
    const resolved = await documents.resolve(reference ?? { epoch: 0, digest: '' })
    return resolved.ok ? accept(grantOfContext(read.value, resolved.value, catalog)) : resolved
  }
}

/** `requestContext.authorizer.lambda` of an HTTP API with payload 2.0, `requestContext.authorizer` elsewhere. */
function authorizerContextOf(event: unknown): object | undefined {
  const requestContext = isObject(event) ? event['requestContext'] : undefined
  const authorizer = isObject(requestContext) ? requestContext['authorizer'] : undefined
  if (!isObject(authorizer)) return undefined
  const context = isObject(authorizer['lambda']) ? authorizer['lambda'] : authorizer
  return Object.keys(context).length === 0 ? undefined : context
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

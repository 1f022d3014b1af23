/**
 * Stable codes of everything that can be refused, and the one table that maps them to answers.
 * A code never changes its meaning; a new case gets a new code. HTTP statuses follow RFC 6750 section 3.1:
 * 401 where a new token would help, 403 where it would not; OAuth errors follow RFC 6749 section 5.2 and RFC 8693 section 2.2.2.
 */

/** The detail error keywords of SCIM. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidCursor'
  | 'invalidCount'

export interface Answer {
  /** HTTP status of the answer. */
  readonly status: number
  /** What a person reads; names no token, claim or key. */
  readonly title: string
  /** The next step for whoever gets the answer. */
  readonly next: string
  /**
   * `error` of an OAuth answer (token endpoint), where the code can occur there. A subject token that is refused for
   * any reason is `invalid_request` (RFC 8693 section 2.2.2).
   */
  readonly oauth?:
    | 'invalid_request'
    | 'invalid_client'
    | 'invalid_scope'
    | 'invalid_target'
    | 'unsupported_grant_type'
    | 'server_error'
    | 'temporarily_unavailable'
  /** `scimType` of a SCIM answer (RFC 7644 section 3.12, RFC 9865 section 2.1), where the status alone does not say it. */
  readonly scim?: ScimType
  /** `error` of a `WWW-Authenticate: Bearer` challenge (RFC 6750 section 3), where one belongs to the code. */
  readonly challenge?: 'invalid_token' | 'insufficient_scope'
  /** `err` of an answer to a security event token (RFC 8935 section 2.4), where the code can occur there. */
  readonly set?:
    | 'invalid_request'
    | 'invalid_key'
    | 'invalid_issuer'
    | 'invalid_audience'
    | 'authentication_failed'
    | 'access_denied'
}

const getToken = 'Exchange your sign-in for a token at POST /oauth/token and repeat the request.'
const askAdmin = 'Ask an administrator of your organization for a role that grants it; GET /session/explain says which.'
const retry = 'Try again in a moment; if it persists, tell the operators the code.'
const fixRequest = 'Correct the request and repeat it.'
const fixEvent = 'Correct the source, let it state the account anew, and drop the parked event.'

/** ONE table: every refusal code and its answers. */
export const answers = {
  no_token: { status: 401, title: 'No token was presented', next: getToken },
  token_too_large: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token is too large',
    next: getToken,
  },
  malformed_token: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token cannot be read',
    next: getToken,
  },
  unsupported_header: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token header asks for something that is not accepted',
    next: getToken,
  },
  unsupported_algorithm: {
    status: 401,
    set: 'invalid_key',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token is signed with an algorithm that is not accepted',
    next: getToken,
  },
  unsupported_type: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token is not of the accepted type',
    next: getToken,
  },
  unknown_key: {
    status: 401,
    set: 'invalid_key',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token is signed with a key that is not known',
    next: getToken,
  },
  bad_signature: {
    status: 401,
    set: 'authentication_failed',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The signature of the token does not verify',
    next: getToken,
  },
  wrong_issuer: {
    status: 401,
    set: 'invalid_issuer',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token comes from another issuer',
    next: getToken,
  },
  wrong_audience: {
    status: 401,
    set: 'invalid_audience',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token is meant for another application',
    next: getToken,
  },
  wrong_organization: {
    status: 401,
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token belongs to another organization',
    next: getToken,
  },
  expired: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token has expired',
    next: getToken,
  },
  not_yet_valid: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'The token is not valid yet',
    next: getToken,
  },
  malformed_claim: {
    status: 401,
    set: 'invalid_request',
    challenge: 'invalid_token',
    oauth: 'invalid_request',
    title: 'A claim of the token cannot be read',
    next: getToken,
  },
  unknown_epoch: {
    status: 401,
    challenge: 'invalid_token',
    title: 'The token was made with a catalog that is not known here',
    next: getToken,
  },
  unresolved_reference: {
    status: 401,
    challenge: 'invalid_token',
    title: 'The permissions the token refers to cannot be resolved',
    next: getToken,
  },
  stale: {
    status: 401,
    challenge: 'invalid_token',
    title: 'The roles of the account have changed since the token was made',
    next: getToken,
  },
  freshness_unknown: {
    status: 401,
    challenge: 'invalid_token',
    title: 'It cannot be told whether roles were taken away since the token was made',
    next: getToken,
  },
  not_granted: {
    status: 403,
    challenge: 'insufficient_scope',
    oauth: 'invalid_scope',
    title: 'No role of the account grants the permission',
    next: askAdmin,
  },
  outside_ceiling: {
    status: 403,
    challenge: 'insufficient_scope',
    title: 'A role of the account limits what it may do, whatever other roles grant',
    next: askAdmin,
  },
  feature_disabled: {
    status: 403,
    title: 'The feature is not enabled for the organization',
    next: 'Ask the organization to enable the feature.',
  },
  qualifier_not_met: { status: 403, title: 'The permission is held only for other resources', next: askAdmin },
  qualifier_unknown: {
    status: 403,
    title: 'The permission is held only for some resources, and nothing says that this is one',
    next: 'The product passes the attributes of the resource to the decision.',
  },
  gated_resource: {
    status: 403,
    title: 'The resource is secured and no custom role of the account names it',
    next: askAdmin,
  },
  gate_unknown: {
    status: 403,
    title: 'Nothing says whether the resource is secured',
    next: 'The product passes whether the resource is secured to the decision.',
  },
  inactive: {
    status: 403,
    oauth: 'invalid_request',
    title: 'The account is not active',
    next: 'Ask an administrator of your organization to activate the account.',
  },
  unknown_assignment: {
    status: 403,
    oauth: 'temporarily_unavailable',
    title: 'The roles of the account are not known',
    next: retry,
  },
  unconfirmed: {
    status: 403,
    oauth: 'temporarily_unavailable',
    title: 'The identity admin could not confirm the roles of the account just now',
    next: retry,
  },
  invalid_assignment: {
    status: 403,
    oauth: 'invalid_request',
    title: 'The roles of the account do not satisfy the rules of the application',
    next: 'Ask an administrator of your organization to correct the roles of the account.',
  },
  unknown_role: {
    status: 403,
    oauth: 'invalid_request',
    title: 'The account holds a role that the application does not know',
    next: 'The application team adds the role to its catalog.',
  },
  unknown_permission: {
    status: 403,
    title: 'The permission does not exist in the catalog',
    next: 'The product asks for a permission of its catalog.',
  },
  unknown_account: {
    status: 403,
    oauth: 'invalid_request',
    title: 'The identity admin does not know the account',
    next: 'Ask an administrator of your organization to add the account.',
  },
  unknown_organization: {
    status: 403,
    oauth: 'invalid_request',
    title: 'The organization is not known',
    next: 'Ask the operators to add the organization.',
  },
  unknown_application: {
    status: 400,
    oauth: 'invalid_target',
    title: 'The application is not known',
    next: fixRequest,
  },
  application_not_used: {
    status: 403,
    oauth: 'invalid_target',
    title: 'The organization does not use the application',
    next: 'Ask the operators to enable the application for the organization.',
  },
  no_such_route: {
    status: 403,
    title: 'The route is not in the catalog of the application',
    next: 'The application team adds the route and its permission to the catalog.',
  },
  no_authorizer: {
    status: 403,
    title: 'The request did not come through the authorizer',
    next: 'The product team attaches the authorizer to every route of the function.',
  },
  invalid_context: {
    status: 403,
    title: 'What the authorizer handed on cannot be read',
    next: 'The product team brings the SDK and the authorizer to the same version.',
  },
  unsafe_cache: {
    status: 403,
    title: 'A cached answer would serve other requests than this one',
    next: 'The product team adds $context.routeKey to the identity source of the authorizer, or turns its cache off.',
  },
  token_service_unavailable: { status: 503, title: 'The token service cannot be reached', next: retry },
  invalid_request: { status: 400, oauth: 'invalid_request', title: 'The request is malformed', next: fixRequest },
  invalid_client: { status: 401, oauth: 'invalid_client', title: 'The client is not accepted', next: fixRequest },
  invalid_scope: { status: 400, oauth: 'invalid_scope', title: 'The scope cannot be granted', next: fixRequest },
  invalid_target: { status: 400, oauth: 'invalid_target', title: 'The audience cannot be served', next: fixRequest },
  unsupported_grant_type: {
    status: 400,
    oauth: 'unsupported_grant_type',
    title: 'The grant type is not supported',
    next: 'Use urn:ietf:params:oauth:grant-type:token-exchange.',
  },
  no_such_endpoint: {
    status: 404,
    title: 'There is no such endpoint',
    next: 'See /.well-known/oauth-authorization-server.',
  },
  no_such_grant: {
    status: 404,
    title: 'There is no grant document with this digest, or it is no longer needed',
    next: getToken,
  },
  method_not_allowed: { status: 405, title: 'The endpoint does not take this method', next: fixRequest },
  no_signing_key: { status: 503, oauth: 'temporarily_unavailable', title: 'There is no key to sign with', next: retry },
  provider_unavailable: {
    status: 503,
    oauth: 'temporarily_unavailable',
    title: 'The identity provider cannot be reached',
    next: retry,
  },
  store_unavailable: {
    status: 503,
    oauth: 'temporarily_unavailable',
    title: 'The store cannot be reached',
    next: retry,
  },
  event_malformed: { status: 400, title: 'The event is not what its contract says', next: fixEvent },
  event_too_large: { status: 413, title: 'The event is larger than 64 KiB', next: fixEvent },
  event_unknown_type: { status: 400, title: 'No contract has this type of event', next: fixEvent },
  event_unknown_version: {
    status: 400,
    title: 'The contract of the event is not known in this version',
    next: 'Deploy the release that knows the version, then replay the parked event.',
  },
  event_without_version: {
    status: 400,
    title: 'The statement has no version, so its place among the others is not known',
    next: fixEvent,
  },
  event_unsigned: {
    status: 401,
    title: 'The source has to sign its events, and did not',
    next: 'Find out who put the event. If it was the source, let it sign; drop the parked event.',
  },
  event_signature_invalid: {
    status: 401,
    title: 'The signature of the event does not hold for what it says',
    next: 'Find out who put the event. If keys were changed, publish them and replay it; otherwise drop it.',
  },
  event_foreign_source: {
    status: 403,
    title: 'The source is not configured, or not for this type of event',
    next: 'Configure the source and replay the parked event, or find out who put it and drop it.',
  },
  event_foreign_organization: {
    status: 403,
    title: 'The source does not speak for this organization',
    next: 'Configure the source for the organization and replay the parked event, or drop it.',
  },
  event_id_reused: {
    status: 409,
    title: 'An event with this identifier and another content has come before',
    next: fixEvent,
  },
  event_too_old: {
    status: 410,
    title: 'The event is older than anything that can be told apart from a forgery',
    next: 'Drop it: the account is read at its source at the next access.',
  },
  event_future_dated: {
    status: 400,
    title: 'The event says it happens in the future',
    next: 'Set the clock of the source right, then replay the parked event.',
  },
  event_conflicts: {
    status: 409,
    title: 'Another statement has the same version and another content',
    next: 'Nothing is taken from either until the source is read again. Find out why it numbers twice; drop the event.',
  },
  event_unsettled: {
    status: 503,
    title: 'The source could not be asked about what the event hints at',
    next: 'The account stays unconfirmed until it is. Replay the parked event when the source answers.',
  },
  no_such_hook: {
    status: 404,
    title: 'There is no connection of this name',
    next: 'Correct the address at the sender.',
  },
  delivery_unauthenticated: {
    status: 401,
    set: 'authentication_failed',
    title: 'The sender did not prove who it is',
    next: 'Give the sender the secret of the connection.',
  },
  delivery_expired: {
    status: 401,
    title: 'The delivery was signed too long ago, or in the future',
    next: 'Set the clock of the sender right, and deliver again with a new signature.',
  },
  delivery_media_type: {
    status: 415,
    set: 'invalid_request',
    title: 'The media type of the delivery is not the one of its protocol',
    next: fixRequest,
  },
  delivery_too_large: {
    status: 413,
    set: 'invalid_request',
    title: 'The delivery is too large',
    next: 'Send fewer events at once.',
  },
  delivery_malformed: {
    status: 400,
    set: 'invalid_request',
    title: 'The delivery cannot be read',
    next: 'Correct the sender and let it deliver again. What came is among the parked events.',
  },
  delivery_not_kept: { status: 503, title: 'The delivery could not be kept', next: 'Deliver it again.' },
  wrong_stream_state: {
    status: 400,
    set: 'invalid_request',
    title: 'The verification carries another state than the one asked for',
    next: 'Ask the transmitter for a verification with the state of the connection.',
  },
  scim_invalid_filter: {
    status: 400,
    scim: 'invalidFilter',
    title: 'The filter is malformed, or compares what cannot be compared so',
    next: fixRequest,
  },
  scim_too_many: {
    status: 400,
    scim: 'tooMany',
    title: 'The request asks for more than is calculated at once',
    next: 'Ask for less: a narrower filter, or pages by cursor without sorting.',
  },
  scim_taken: {
    status: 409,
    scim: 'uniqueness',
    title: 'Another resource has this value already',
    next: 'Find the resource by a filter, and change that one.',
  },
  scim_mutability: {
    status: 400,
    scim: 'mutability',
    title: 'The attribute cannot be changed so',
    next: fixRequest,
  },
  scim_invalid_syntax: {
    status: 400,
    scim: 'invalidSyntax',
    title: 'The body does not have the structure that SCIM asks for',
    next: fixRequest,
  },
  scim_invalid_path: {
    status: 400,
    scim: 'invalidPath',
    title: 'The path is malformed, or names an attribute that does not exist',
    next: fixRequest,
  },
  scim_no_target: {
    status: 400,
    scim: 'noTarget',
    title: 'The path leads to nothing that the operation could work on',
    next: fixRequest,
  },
  scim_invalid_value: {
    status: 400,
    scim: 'invalidValue',
    title: 'A value is missing, or not one that the attribute takes',
    next: fixRequest,
  },
  scim_invalid_cursor: {
    status: 400,
    scim: 'invalidCursor',
    title: 'The cursor is not one that was given out for this query',
    next: 'Begin anew with an empty cursor.',
  },
  scim_invalid_count: {
    status: 400,
    scim: 'invalidCount',
    title: 'The count differs from the one that the query began with',
    next: 'Repeat the request with the first count, or begin anew.',
  },
  scim_filter_forbidden: {
    status: 403,
    title: 'What describes the service cannot be filtered',
    next: 'Repeat the request without a filter.',
  },
  scim_no_such_resource: {
    status: 404,
    title: 'There is no such resource',
    next: 'Find the resource by a filter, or create it.',
  },
  scim_version_mismatch: {
    status: 412,
    title: 'The resource has changed since this version',
    next: 'Read the resource, and change its present version.',
  },
  scim_too_large: {
    status: 413,
    title: 'The request is larger than what is taken at once',
    next: 'Send less at once; /ServiceProviderConfig and the documentation say how much.',
  },
  scim_media_type: {
    status: 415,
    title: 'The body is not of a type that is read',
    next: 'Send application/scim+json.',
  },
  scim_not_implemented: {
    status: 501,
    title: 'The service provider does not do this',
    next: 'See /ServiceProviderConfig.',
  },
  scim_token_refused: {
    status: 401,
    challenge: 'invalid_token',
    title: 'The token is not one of a SCIM client, or no longer',
    next: 'Have a new token made for the organization.',
  },
  scim_not_settled: {
    status: 503,
    title: 'The change is stored and not yet in force everywhere',
    next: 'Repeat the request.',
  },
  internal: { status: 500, oauth: 'server_error', title: 'Something went wrong', next: retry },
} as const satisfies Record<string, Answer>

/** A stable refusal code. */
export type Code = keyof typeof answers

/** The answer of a code. */
export function answerOf(code: Code): Answer {
  return answers[code]
}

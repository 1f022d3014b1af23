/** Fixed limits of API Gateway, as its quotas page states them (2026-11). Bytes and milliseconds. */
export const LIMITS = {
  /** HTTP API: request line and headers together. REST API: headers. */
  headerBytes: 10_240,
  bodyBytes: 10 * 1024 * 1024,
  /** REST API, where a method has an authorizer: longer is answered 414. */
  methodArnBytes: 1_600,
  policyResourceCharacters: 512,
  authorizerResultBytes: 8 * 1024,
  authorizerMs: 10_000,
  httpIntegrationMs: 30_000,
  restIntegrationMs: 29_000,
} as const

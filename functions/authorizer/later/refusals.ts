import type { Code } from '@rolecast/core/domain/decision/codes'

/** The token service (or what it depends on) had no answer: nothing has been learnt of the account. */
export const unanswered: ReadonlySet<Code> = new Set<Code>([
  'token_service_unavailable',
  'provider_unavailable',
  'store_unavailable',
  'no_signing_key',
  'internal',
])

/** Authoritative answers about the account as such: its older tokens are judged by them, too. */
export const aboutAccount: ReadonlySet<Code> = new Set<Code>([
  'inactive',
  'unknown_account',
  'unknown_organization',
  'unknown_role',
  'invalid_assignment',
])

/** Denies that no role can change: the request or the catalog is at fault. */
export const notResolvable: ReadonlySet<Code> = new Set<Code>(['no_such_route', 'unknown_permission', 'gate_unknown'])

import { encodeBase64url } from '../claims/base64url.ts'

/** HMAC-SHA-256 of a text in UTF-8, under the secret of the key ring. */
export type Hmac = (text: string) => Uint8Array

/** How the change feed names an account of an organization; without an account, the organization as a whole. */
export type HandleOf = (organization: string, account?: string) => string

/** Characters of the organization's handle, and of an account's, which begins with that of its organization. */
export const handleLength = { organization: 8, account: 16 } as const

const bytes = 6

/**
 * Handles say which tokens a removal is about and name nobody: 48 bits of an HMAC for the organization, 48 more for the
 * account in it. Whoever has no token of an account cannot tell its handle. Two accounts of one organization share one by a
 * chance of 1 in 2^48: a removal of the one then makes the other's tokens stale, too, and never the reverse.
 */
export function handlesBy(hmac: Hmac): HandleOf {
  // A JSON text is the same for no two lists, and can be written in UTF-8 whatever the identifiers hold.
  const handle = (...identifiers: readonly string[]) =>
    encodeBase64url(hmac(JSON.stringify(identifiers)).subarray(0, bytes))
  return (organization, account) =>
    account === undefined ? handle(organization) : handle(organization) + handle(organization, account)
}

import type { Clock } from '../ports.ts'
import { activeTokens, type ScimToken, type ScimTokenStore } from './ports.ts'

export interface ScimTokenDependencies {
  readonly scimTokens: ScimTokenStore
  readonly clock: Clock
  /** 32 random bytes, base64url: nothing less, because its hash is kept without salt. */
  readonly randomText: () => string
  readonly hash: (text: string) => string
}

/** By which people and scanners of leaked secrets know what it is. */
const prefix = 'rcs_'

const day = 86_400_000

export type CreatedToken =
  | { readonly outcome: 'created'; readonly token: string; readonly stored: ScimToken }
  | { readonly outcome: 'too_many'; readonly most: number }

/**
 * Makes a token for the SCIM client of an organization. It is shown this once: only its hash is kept. While there are two,
 * the client changes from one to the other without a gap, and then the first is revoked.
 */
export async function createScimToken(
  { scimTokens, clock, randomText, hash }: ScimTokenDependencies,
  { organization, days }: { readonly organization: string; readonly days: number },
): Promise<CreatedToken> {
  const token = prefix + randomText()
  const createdAt = clock()
  // Letters and digits alone: it is typed on command lines.
  const id = hash(`id of ${token}`)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 8)
  const stored = { organization, id, hash: hash(token), createdAt, expiresAt: createdAt + days * day }
  const added = await scimTokens.addToken(stored)
  return added === 'added' ? { outcome: 'created', token, stored } : { outcome: 'too_many', most: activeTokens }
}

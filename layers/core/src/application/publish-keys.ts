import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import type { KeyRingReader } from './ports.ts'

/** A JWK Set (RFC 7517 section 5). */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, string>>[]
}

/**
 * Every public key of the ring: the next one long before it signs, the retiring ones until their last token has expired.
 * Refuses with `no_signing_key` while there is no ring: an empty key set would be kept by its readers.
 */
export async function publishKeys({ keyRing }: { readonly keyRing: KeyRingReader }): Promise<Outcome<KeySet>> {
  const { keys } = await keyRing.readKeyRing()
  if (keys.length === 0) return refuse('no_signing_key')
  return accept({ keys: keys.map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })) })
}

import { decodeBase64url } from '@rolecast/core/domain/claims/base64url'
import type { VerificationKey } from '../keys/key-set.ts'
import { nodeCrypto } from '../node-crypto.ts'
import { type CompactToken, longestToken } from './compact.ts'

// Scratch memory is safe here: verifying is synchronous and nothing keeps a view of it.
const signed = Buffer.allocUnsafeSlow(longestToken)
const der = Buffer.allocUnsafeSlow(72)
const derOfLength = Array.from({ length: der.length + 1 }, (_, length) => der.subarray(0, length))

/**
 * Verifies the signature of a token whose header and payload are known to be canonical base64url and no longer than
 * `longestToken`. Synchronous, with a bare KeyObject: in Node any options object and any asynchronous way costs more
 * than everything else a token check does.
 */
export function isSignedBy({ alg, key }: VerificationKey, { token, signature, signedLength }: CompactToken): boolean {
  const bytes = decodeBase64url(signature)
  const encoded = alg === 'RS256' || bytes === undefined ? bytes : derOfLength[writeDer(bytes)]
  if (encoded === undefined) return false
  const data = signed.subarray(0, signed.write(token, 0, signedLength, 'latin1'))
  return nodeCrypto().verify('sha256', data, key, encoded)
}

/**
 * Turns r and s, 32 bytes each (RFC 7518 section 3.4), into the DER sequence that OpenSSL reads. Returns its length;
 * 73, which no sequence has, where there are not 64 bytes, or r or s is zero.
 */
function writeDer(raw: Uint8Array): number {
  let at = 2
  for (let end = 32; end <= 64; end += 32) {
    let from = end - 32
    while (from < end && raw[from] === 0) from++
    if (from === end || raw.length !== 64) return der.length + 1
    const padding = (raw[from] ?? 0) >>> 7
    der[at++] = 2
    der[at++] = end - from + padding
    if (padding === 1) der[at++] = 0
    while (from < end) der[at++] = raw[from++] ?? 0
  }
  der[0] = 0x30
  der[1] = at - 2
  return at
}

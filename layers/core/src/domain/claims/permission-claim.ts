import { accept, type Outcome, refuse } from '../decision/refusal.ts'
import { emptySet, type PermissionSet } from '../grant/permission-set.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { decodeRuns, encodeRuns } from './runs.ts'

/** What a permission claim says: a set of numbers of an epoch, or where the set is to be found. */
export type PermissionClaim =
  | { readonly kind: 'set'; readonly epoch: number; readonly permissions: PermissionSet }
  | { readonly kind: 'reference'; readonly epoch: number; readonly digest: string }

/** SHA-256 in base64url. */
const digestLength = 43

/**
 * Writes `<epoch><tag><base64url>` with the shorter of the two encodings (`b` bitset on a tie): exactly one text per
 * epoch and set. `size` is how many numbers the epoch has. A number at or above `size` in the set is a bug and throws.
 */
export function writePermissionClaim(epoch: number, permissions: PermissionSet, size: number): string {
  const width = (size + 7) >>> 3
  const bitset = toBytes(permissions, size, width)
  const runs = encodeRuns(permissions, size, width)
  return runs === undefined ? `${epoch}b${encodeBase64url(bitset)}` : `${epoch}r${encodeBase64url(runs)}`
}

/** Writes the claim of a grant that is kept as a document under the SHA-256 of its content. */
export function writeReferenceClaim(epoch: number, digest: string): string {
  return `${epoch}x${digest}`
}

/**
 * Reads a permission claim; accepts exactly what the writers write. `epochs[e - 1]` is the size of epoch `e`.
 * Refuses with `unknown_epoch` (ask for a new token) or `malformed_claim` (evidence `reason`).
 */
export function readPermissionClaim(text: string, epochs: readonly number[]): Outcome<PermissionClaim> {
  let epoch = 0
  let at = 0
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    if (at >= 6 || (at > 0 && epoch === 0)) return malformed('epoch')
    epoch = epoch * 10 + digit
  }
  if (at === 0 || epoch === 0) return malformed('epoch')
  const size = epochs[epoch - 1]
  if (size === undefined) return refuse('unknown_epoch', { epoch, known: epochs.length })
  const tag = text.charAt(at)
  const payload = decodeBase64url(text, at + 1)
  if (payload === undefined) return malformed('base64url')
  switch (tag) {
    case 'b':
      return readBitset(payload, epoch, size)
    case 'r': {
      if (payload.length >= (size + 7) >>> 3) return malformed('longer_encoding')
      const permissions = decodeRuns(payload, size)
      return permissions === undefined ? malformed('runs') : accept({ kind: 'set', epoch, permissions })
    }
    case 'x':
      if (payload.length !== 32) return malformed('digest')
      return accept({ kind: 'reference', epoch, digest: text.slice(text.length - digestLength) })
    default:
      return malformed('tag')
  }
}

function readBitset(payload: Uint8Array, epoch: number, size: number): Outcome<PermissionClaim> {
  const width = (size + 7) >>> 3
  if (payload.length !== width) return malformed('width')
  if ((size & 7) !== 0 && (payload[width - 1] ?? 0) >>> (size & 7) !== 0) return malformed('beyond_epoch')
  const permissions = emptySet(size)
  for (let index = 0; index < width; index++) {
    const word = index >>> 2
    permissions[word] = (permissions[word] ?? 0) | ((payload[index] ?? 0) << ((index & 3) << 3))
  }
  if (encodeRuns(permissions, size, width) !== undefined) return malformed('longer_encoding')
  return accept({ kind: 'set', epoch, permissions })
}

function toBytes(permissions: PermissionSet, size: number, width: number): Uint8Array {
  const bytes = new Uint8Array(width)
  for (let word = 0; word < permissions.length; word++) {
    const bits = permissions[word] ?? 0
    const beyond = size - (word << 5)
    const stray = beyond >= 32 ? 0 : beyond <= 0 ? bits : bits >>> beyond
    if (stray !== 0) throw new RangeError(`the set holds a number at or above ${size}`)
    for (let byte = 0; byte < 4 && (word << 2) + byte < width; byte++) {
      bytes[(word << 2) + byte] = bits >>> (byte << 3)
    }
  }
  return bytes
}

function malformed(reason: string) {
  return refuse('malformed_claim', { claim: 'prm', reason })
}

import { canonicalAssignments } from '../assignment/role-names.ts'
import type { SourceStatement } from '../assignment/statement.ts'

/**
 * 64 bits of a text that differ wherever texts differ, as far as chance goes. Against accident, not against somebody who can
 * write at the source: such a one needs no collision.
 */
export type Fingerprint = (text: string) => bigint

/** What of a statement can grant something: status and roles, whatever their order and repetition. 16 hexadecimal digits. */
export function contentDigest(fingerprint: Fingerprint, { status, roles }: Pick<SourceStatement, 'status' | 'roles'>) {
  const names = canonicalAssignments(roles).map(({ application, role }) => [application, role])
  return hex(fingerprint(JSON.stringify([status, names])))
}

/** One account in the digest of its bucket. Without a version, the source counts none and only the content compares. */
export interface Leaf {
  readonly account: string
  readonly digest: string
  readonly version?: number
}

export function leafOf(fingerprint: Fingerprint, { account, digest, version }: Leaf): bigint {
  return fingerprint(JSON.stringify([account, digest, version ?? null]))
}

/** So many parts an organization's accounts are spread over, by the fingerprint of the account's name. */
export const bucketCount = 64
const bucketShift = 58n

/** From 0. */
export function bucketOf(name: bigint): number {
  return Number(name >> bucketShift)
}

export function hex(bits: bigint): string {
  return bits.toString(16).padStart(16, '0')
}

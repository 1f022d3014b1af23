import { accept, type Outcome, refuse } from '../decision/refusal.ts'
import type { Grant } from '../grant/grant.ts'
import { emptySet, type PermissionSet } from '../grant/permission-set.ts'
import { readPermissionClaim, writePermissionClaim } from './permission-claim.ts'

/** The claims that carry a grant: exactly one of `prm` and `dfl`, and `gts` where custom roles name resources. */
export interface GrantClaims {
  readonly prm?: string
  readonly dfl?: string
  readonly gts?: readonly string[]
}

/** A grant that is kept outside the token. */
export interface GrantReference {
  readonly epoch: number
  readonly digest: string
}

/** More than this many resources, or a longer one, is refused; the minter writes a document long before. */
const mostGates = 4096
const longestGate = 256

/** `size` is how many numbers the grant's epoch has. */
export function writeGrantClaims(grant: Grant, size: number): GrantClaims {
  const gates = grant.gates.length === 0 ? {} : { gts: grant.gates }
  return grant.kind === 'full'
    ? { dfl: writePermissionClaim(grant.epoch, complement(grant.permissions, size), size), ...gates }
    : { prm: writePermissionClaim(grant.epoch, grant.permissions, size), ...gates }
}

/**
 * Reads the claims of a grant for `application`. Refuses with `malformed_claim` (evidence names the claim and the
 * reason) or `unknown_epoch`; values of a wrong type are malformed.
 */
export function readGrantClaims(
  claims: { readonly prm?: unknown; readonly dfl?: unknown; readonly gts?: unknown },
  application: string,
  epochs: readonly number[],
): Outcome<{ readonly grant: Grant } | { readonly reference: GrantReference }> {
  const full = claims.prm === undefined
  const text = full ? claims.dfl : claims.prm
  if (typeof text !== 'string' || (!full && claims.dfl !== undefined)) {
    return refuse('malformed_claim', { claim: 'prm', reason: 'exactly_one_of_prm_and_dfl' })
  }
  const read = readPermissionClaim(text, epochs)
  if (!read.ok) return read
  const { value } = read
  if (value.kind === 'reference') {
    if (full) return refuse('malformed_claim', { claim: 'dfl', reason: 'reference' })
    if (claims.gts !== undefined) return refuse('malformed_claim', { claim: 'gts', reason: 'beside_reference' })
    return accept({ reference: { epoch: value.epoch, digest: value.digest } })
  }
  const gates = readGates(claims.gts)
  if (gates === undefined) return refuse('malformed_claim', { claim: 'gts', reason: 'not_ascending_strings' })
  const size = epochs[value.epoch - 1] ?? 0
  return accept({
    grant: {
      application,
      epoch: value.epoch,
      kind: full ? 'full' : 'roles',
      permissions: full ? complement(value.permissions, size) : value.permissions,
      gates,
    },
  })
}

function readGates(value: unknown): readonly string[] | undefined {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length === 0 || value.length > mostGates) return undefined
  let before = ''
  for (const gate of value) {
    if (typeof gate !== 'string' || gate.length > longestGate || gate <= before) return undefined
    before = gate
  }
  return value
}

function complement(set: PermissionSet, size: number): PermissionSet {
  const other = emptySet(size)
  for (let word = 0; word < other.length; word++) {
    const bits = size - (word << 5)
    other[word] = ~(set[word] ?? 0) & (bits >= 32 ? -1 : (1 << bits) - 1)
  }
  return other
}

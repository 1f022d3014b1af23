import { writeGrantClaims } from '../domain/claims/grant-claims.ts'
import { writeGrantDocument } from '../domain/claims/grant-document.ts'
import { writeReferenceClaim } from '../domain/claims/permission-claim.ts'
import type { Grant } from '../domain/grant/grant.ts'
import type { Digest, GrantDocumentStore } from './ports.ts'

export interface OverageDependencies {
  readonly grantDocuments: Pick<GrantDocumentStore, 'putGrantDocument'>
  readonly digest: Digest
  /** Bytes `prm` and `gts` may take together in a token. */
  readonly claimBudgetBytes: number
}

/**
 * The claims of a grant; those of a grant beyond the budget refer to a document, which is stored before the token exists
 * and as long as it lives. `expiresAt` epoch seconds. Default-full access is never kept outside: what it excludes is little.
 */
export async function writeTokenClaims(
  dependencies: OverageDependencies,
  { grant, size, expiresAt }: { readonly grant: Grant; readonly size: number; readonly expiresAt: number },
): Promise<ReturnType<typeof writeGrantClaims>> {
  const claims = writeGrantClaims(grant, size)
  const { prm, gts } = claims
  if (prm === undefined) return claims
  const document = writeGrantDocument(gts === undefined ? { prm } : { prm, gts })
  if (new TextEncoder().encode(document).length <= dependencies.claimBudgetBytes) return claims
  const digest = await dependencies.digest(document)
  await dependencies.grantDocuments.putGrantDocument(digest, document, expiresAt)
  return { prm: writeReferenceClaim(grant.epoch, digest) }
}

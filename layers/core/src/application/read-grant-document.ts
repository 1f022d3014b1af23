import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import type { Digest, GrantDocumentStore } from './ports.ts'

/**
 * A grant document by its digest, exactly as it was stored: whoever reads it checks the digest again. Refuses with
 * `no_such_grant`, also for what is not a digest.
 */
export async function readGrantDocument(
  {
    grantDocuments,
    digest,
  }: { readonly grantDocuments: Pick<GrantDocumentStore, 'readGrantDocument'>; readonly digest: Digest },
  name: string,
): Promise<Outcome<string>> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(name)) return refuse('no_such_grant')
  const content = await grantDocuments.readGrantDocument(name)
  if (content === undefined) return refuse('no_such_grant')
  if ((await digest(content)) !== name) throw new Error('a stored grant document does not match its digest')
  return accept(content)
}

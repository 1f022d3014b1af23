import { accept, type Outcome, refuse } from '../decision/refusal.ts'
import type { Grant } from '../grant/grant.ts'
import { type GrantReference, readGrantClaims } from './grant-claims.ts'

/** The one text of a grant document: `{"prm":…,"gts":[…]}`, addressed by its SHA-256. */
export function writeGrantDocument(claims: { readonly prm: string; readonly gts?: readonly string[] }): string {
  return JSON.stringify(claims.gts === undefined ? { prm: claims.prm } : { prm: claims.prm, gts: claims.gts })
}

/** Reads a document whose digest the caller has already checked. Refuses like `readGrantClaims`. */
export function readGrantDocument(
  content: string,
  application: string,
  reference: GrantReference,
  epochs: readonly number[],
): Outcome<Grant> {
  const document = parseObject(content)
  if (document === undefined) return refuse('malformed_claim', { claim: 'prm', reason: 'document' })
  const read = readGrantClaims({ prm: document['prm'], gts: document['gts'] }, application, epochs)
  if (!read.ok) return read
  if (!('grant' in read.value) || read.value.grant.epoch !== reference.epoch) {
    return refuse('malformed_claim', { claim: 'prm', reason: 'document_epoch' })
  }
  return accept(read.value.grant)
}

function parseObject(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

import { createHash } from 'node:crypto'
import { type GrantReference, readGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import { readGrantDocument } from '@rolecast/core/domain/claims/grant-document'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import { decodeText, splitCompact } from './token/compact.ts'
import { parseObject } from './token/strict-json.ts'
import type { GrantDocumentSource } from './token-verifier.ts'

/** Gets the text of a grant document, `GET /grants/{digest}` of the token service. May reject. */
export type FetchGrantDocument = (digest: string) => Promise<string>

/** Longer documents are refused (characters). */
const longestDocument = 2_000_000

/** How many documents are remembered; when full, all are forgotten. */
const capacity = 64

/**
 * Grants that are too large for a token, by the SHA-256 of their document. Content-addressed: what was checked once
 * stays true, whoever delivered it.
 */
export class GrantDocuments implements GrantDocumentSource {
  readonly #grants = new Map<string, Grant>()
  readonly #fetching = new Map<string, Promise<Outcome<Grant>>>()
  readonly #application: string
  readonly #epochs: readonly number[]
  readonly #fetch: FetchGrantDocument | undefined

  constructor(application: string, epochs: readonly number[], fetch: FetchGrantDocument | undefined) {
    this.#application = application
    this.#epochs = epochs
    this.#fetch = fetch
  }

  /** The grant if it was resolved before. */
  known(reference: GrantReference): Grant | undefined {
    return this.#grants.get(keyOf(reference))
  }

  resolveFor(token: string): Promise<Outcome<Grant>> {
    const claims = parseObject(decodeText(splitCompact(token)?.payload)) ?? {}
    const read = readGrantClaims(claims, this.#application, this.#epochs)
    if (!read.ok) return Promise.resolve(read)
    return 'reference' in read.value
      ? this.resolve(read.value.reference)
      : Promise.resolve(unresolved('not_a_reference'))
  }

  /** Fetches and checks the document once for all who wait. Refuses with `unresolved_reference` or as its claims do. */
  resolve(reference: GrantReference): Promise<Outcome<Grant>> {
    const key = keyOf(reference)
    const known = this.#grants.get(key)
    if (known !== undefined) return Promise.resolve(accept(known))
    const waiting = this.#fetching.get(key)
    if (waiting !== undefined) return waiting
    const fetching = this.#fetchAndCheck(reference).finally(() => this.#fetching.delete(key))
    this.#fetching.set(key, fetching)
    return fetching
  }

  async #fetchAndCheck(reference: GrantReference): Promise<Outcome<Grant>> {
    if (this.#fetch === undefined) return unresolved('no_way_to_fetch')
    let content: string
    try {
      content = await this.#fetch(reference.digest)
    } catch {
      return unresolved('not_fetched')
    }
    if (typeof content !== 'string' || content.length > longestDocument) return unresolved('not_a_document')
    if (createHash('sha256').update(content).digest('base64url') !== reference.digest)
      return unresolved('other_content')
    const read = readGrantDocument(content, this.#application, reference, this.#epochs)
    if (!read.ok) return read
    if (this.#grants.size >= capacity) this.#grants.clear()
    this.#grants.set(keyOf(reference), read.value)
    return read
  }
}

function keyOf({ epoch, digest }: GrantReference): string {
  return `${epoch}x${digest}`
}

function unresolved(reason: string) {
  return refuse('unresolved_reference', { reason })
}

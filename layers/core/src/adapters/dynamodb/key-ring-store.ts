import * as v from 'valibot'
import type { Clock, KeyRing, KeyRingStore, WriteOutcome } from '../../application/ports.ts'
import { toChangeItem } from './change-item.ts'
import { ifRevision } from './conditions.ts'
import { keyRingItemKey } from './keys.ts'
import { count, moment, parseItem } from './parse-item.ts'
import type { DynamoTable } from './table.ts'

/** Public members alone (RFC 7518 section 6): whatever stands here is published. */
const publicJwk = v.variant('kty', [
  v.strictObject({ kty: v.literal('EC'), crv: v.literal('P-256'), x: v.string(), y: v.string() }),
  v.strictObject({ kty: v.literal('RSA'), n: v.string(), e: v.string() }),
])

const ringItem = v.object({
  kind: v.literal('keyring'),
  revision: v.pipe(count, v.minValue(1)),
  keys: v.array(
    v.object({
      kid: v.pipe(v.string(), v.nonEmpty()),
      alg: v.picklist(['ES256', 'RS256']),
      state: v.picklist(['next', 'current', 'retiring']),
      publicJwk,
      wrappedPrivateKey: v.pipe(v.string(), v.base64()),
      createdAt: moment,
      since: moment,
    }),
  ),
  wrappedHandleSecret: v.optional(v.pipe(v.string(), v.base64())),
})

export class DynamoKeyRingStore implements KeyRingStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async readKeyRing(): Promise<KeyRing> {
    const item = await this.#table.get(keyRingItemKey())
    if (item === undefined) return { revision: 0, keys: [] }
    const { revision, keys, wrappedHandleSecret } = parseItem(ringItem, item, 'keyring')
    return { revision, keys, ...(wrappedHandleSecret !== undefined && { wrappedHandleSecret }) }
  }

  /** Every key that leaves the ring is logged: tokens signed with it end at once, if any still live. */
  async writeKeyRing(ring: KeyRing): Promise<WriteOutcome> {
    const stored = await this.readKeyRing()
    if (stored.revision !== ring.revision) return { outcome: 'conflict' }
    const revision = ring.revision + 1
    const { wrappedHandleSecret: secret } = ring
    const keys = ring.keys.map((key) => ({ ...key }))
    const item = {
      ...keyRingItemKey(),
      kind: 'keyring',
      revision,
      keys,
      ...(secret !== undefined && { wrappedHandleSecret: secret }),
    }
    const at = this.#clock()
    const gone = stored.keys.filter(({ kid }) => !ring.keys.some((key) => key.kid === kid))
    const failed = await this.#table.transact([
      { put: item, condition: ifRevision(ring.revision) },
      ...gone.map(({ kid }) => ({ put: toChangeItem({ scope: 'key', kid, revision, at }) })),
    ])
    return failed.length === 0 ? { outcome: 'written', revision } : { outcome: 'conflict' }
  }
}

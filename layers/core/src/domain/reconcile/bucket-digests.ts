import { bucketCount, bucketOf, hex } from './fingerprints.ts'

const modulus = 1n << 64n

/**
 * How many accounts each bucket holds, and the sum of their leaves modulo 2^64. A sum does not care in which order accounts
 * come, so a walk of pages and a query of an index end in the same digest, and it grows page by page without the accounts.
 */
export class BucketDigests {
  readonly #counts: number[]
  readonly #sums: bigint[]

  /** @param stored what `toStrings` gave; nothing: every bucket is empty. */
  constructor(stored: readonly string[] = []) {
    const parts = Array.from({ length: bucketCount }, (_, bucket) => (stored[bucket] ?? '0 0').split(' '))
    this.#counts = parts.map(([count]) => Number(count))
    this.#sums = parts.map(([, sum]) => BigInt(`0x${sum}`))
  }

  /** `name` is the fingerprint of the account's name. */
  add(name: bigint, leaf: bigint): void {
    const bucket = bucketOf(name)
    this.#counts[bucket] = this.count(bucket) + 1
    this.#sums[bucket] = (this.#sum(bucket) + leaf) % modulus
  }

  count(bucket: number): number {
    return this.#counts[bucket] ?? 0
  }

  agrees(other: BucketDigests, bucket: number): boolean {
    return this.count(bucket) === other.count(bucket) && this.#sum(bucket) === other.#sum(bucket)
  }

  toStrings(): readonly string[] {
    return this.#counts.map((count, bucket) => `${count} ${this.#sum(bucket).toString(16)}`)
  }

  /** All buckets in one digest, 16 hexadecimal digits. */
  total(): string {
    return hex(this.#sums.reduce((total, sum) => (total + sum) % modulus, 0n))
  }

  #sum(bucket: number): bigint {
    return this.#sums[bucket] ?? 0n
  }
}

/** As many characters as are enough to tell signatures apart without hashing whole tokens. */
const keyLength = 43

interface Entry<Value> {
  readonly token: string
  readonly value: Value
}

/**
 * Remembers values by token, bounded: two generations of at most `capacity`, of which the older is dropped when the
 * younger is full. The end of the signature finds an entry; only the same token, compared in full, gets its value.
 */
export class TokenMemo<Value> {
  #young = new Map<string, Entry<Value>>()
  #old = new Map<string, Entry<Value>>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(token: string): Value | undefined {
    const key = token.slice(-keyLength)
    const young = this.#young.get(key)
    if (young !== undefined) return young.token === token ? young.value : undefined
    const old = this.#old.get(key)
    if (old === undefined || old.token !== token) return undefined
    this.#put(key, old)
    return old.value
  }

  set(token: string, value: Value): void {
    this.#put(token.slice(-keyLength), { token, value })
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  #put(key: string, entry: Entry<Value>): void {
    if (this.#capacity === 0) return
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, entry)
  }
}

/** As many characters as are enough to tell signatures apart without hashing whole tokens. */
const keyLength = 43

interface Entry<Value> {
  readonly token: string
  readonly value: Value
}

/** Slots for what has been seen once; a power of two. */
const slots = 4096

/**
 * Remembers values by token from its second sight on, bounded: two generations of at most `capacity`, of which the older
 * is dropped when the younger is full. The end of the signature finds an entry; only the same token, compared in full, gets
 * its value. Of a token seen once, 32 bits of its signature are kept and nothing else: tokens that never come back push
 * nothing out and cost no memory.
 */
export class TokenMemo<Value> {
  #young = new Map<string, Entry<Value>>()
  #old = new Map<string, Entry<Value>>()
  readonly #seenOnce = new Int32Array(slots)
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

  /** Remembers, or at first sight only notes, a token. */
  set(token: string, value: Value): void {
    const mark = markOf(token)
    const slot = mark & (slots - 1)
    if (this.#seenOnce[slot] === mark) this.#put(token.slice(-keyLength), { token, value })
    else this.#seenOnce[slot] = mark
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#seenOnce.fill(0)
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

/** 32 bits of the signature; two tokens with the same mark only mean that one is remembered at first sight. */
function markOf(token: string): number {
  let mark = 1
  for (let at = token.length - 12; at < token.length; at++) mark = (Math.imul(mark, 37) + token.charCodeAt(at)) | 0
  return mark
}

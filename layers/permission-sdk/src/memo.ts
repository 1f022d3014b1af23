/** Places among which a token has its own; the fewest to search that lets four hot tokens share one. */
const ways = 4

interface Entry<Value> {
  readonly token: string
  readonly value: Value
}

/**
 * Remembers values by token from its second sight on, bounded: `capacity` places, rounded up to a power of two. 32 bits of the
 * signature find a place; only the same token, compared in full, gets its value. Of a token seen once nothing but
 * these 32 bits is kept: tokens that never come back push nothing out and cost no memory.
 */
export class TokenMemo<Value> {
  readonly #places: number
  readonly #marks: Int32Array
  readonly #seenOnce: Int32Array
  #entries: (Entry<Value> | undefined)[]
  #next = 0

  constructor(capacity: number) {
    this.#places = capacity === 0 ? 0 : 2 ** Math.ceil(Math.log2(Math.max(capacity, ways)))
    this.#marks = new Int32Array(this.#places)
    this.#seenOnce = new Int32Array(4 * this.#places)
    this.#entries = new Array(this.#places)
  }

  get(token: string): Value | undefined {
    const mark = markOf(token)
    for (let way = 0; way < ways; way++) {
      const place = this.#place(mark, way)
      if (this.#marks[place] !== mark) continue
      const entry = this.#entries[place]
      if (entry?.token === token) return entry.value
    }
    return undefined
  }

  /** Remembers, or at first sight only notes, a token. */
  set(token: string, value: Value): void {
    const mark = markOf(token)
    const seen = mark & (this.#seenOnce.length - 1)
    if (this.#seenOnce[seen] !== mark) {
      this.#seenOnce[seen] = mark
      return
    }
    if (this.#places === 0) return
    const place = this.#freePlace(mark)
    this.#marks[place] = mark
    this.#entries[place] = { token, value }
  }

  clear(): void {
    this.#seenOnce.fill(0)
    this.#marks.fill(0)
    this.#entries = new Array(this.#places)
  }

  #place(mark: number, way: number): number {
    return (mark + way) & (this.#places - 1)
  }

  /** The token's own place, a free one, or one of its four in turn. */
  #freePlace(mark: number): number {
    for (let way = 0; way < ways; way++) {
      const place = this.#place(mark, way)
      if (this.#marks[place] === mark || this.#entries[place] === undefined) return place
    }
    this.#next = (this.#next + 1) % ways
    return this.#place(mark, this.#next)
  }
}

/** 32 bits of the signature. */
function markOf(token: string): number {
  let mark = 1
  for (let at = token.length - 12; at < token.length; at++) mark = (Math.imul(mark, 37) + token.charCodeAt(at)) | 0
  return mark
}

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
export interface TokenMemo<Value> {
  get(token: string): Value | undefined
  /** Remembers, or at first sight only notes, a token. */
  set(token: string, value: Value): void
  clear(): void
}

export function createTokenMemo<Value>(capacity: number): TokenMemo<Value> {
  const places = capacity === 0 ? 0 : 2 ** Math.ceil(Math.log2(Math.max(capacity, ways)))
  const marks = new Int32Array(places)
  const seenOnce = new Int32Array(4 * places)
  let entries: (Entry<Value> | undefined)[] = new Array(places)
  let next = 0

  function placeOf(mark: number, way: number): number {
    return (mark + way) & (places - 1)
  }

  /** The token's own place, a free one, or one of its four in turn. */
  function freePlace(mark: number): number {
    for (let way = 0; way < ways; way++) {
      const place = placeOf(mark, way)
      if (marks[place] === mark || entries[place] === undefined) return place
    }
    return placeOf(mark, ++next % ways)
  }

  return {
    get(token) {
      const mark = markOf(token)
      for (let way = 0; way < ways; way++) {
        const place = placeOf(mark, way)
        const entry = marks[place] === mark ? entries[place] : undefined
        if (entry?.token === token) return entry.value
      }
      return undefined
    },

    set(token, value) {
      const mark = markOf(token)
      const seen = mark & (seenOnce.length - 1)
      if (seenOnce[seen] !== mark) {
        seenOnce[seen] = mark
        return
      }
      const place = freePlace(mark)
      marks[place] = mark
      entries[place] = { token, value }
    },

    clear() {
      seenOnce.fill(0)
      marks.fill(0)
      entries = new Array(places)
    },
  }
}

/** 32 bits of the signature. */
function markOf(token: string): number {
  let mark = 1
  for (let at = token.length - 12; at < token.length; at++) mark = (Math.imul(mark, 37) + token.charCodeAt(at)) | 0
  return mark
}

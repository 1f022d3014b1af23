/** Places that share one part of the signature; enough that tokens in use rarely push each other out. */
const ways = 8

interface Entry<Value> {
  readonly token: string
  readonly value: Value
}

/**
 * Remembers values by token from its second sight on, bounded: room for `capacity` tokens in use, in two to four times as many
 * places. 32 bits of the signature choose eight places, of which the one used longest ago gives way; only the same token,
 * compared in full, gets its value. Of a token seen once nothing but these 32 bits is kept: tokens that never come back
 * push nothing out and cost no memory.
 */
export interface TokenMemo<Value> {
  get(token: string): Value | undefined
  /** Remembers, or at first sight only notes, a token. */
  set(token: string, value: Value): void
  clear(): void
}

export function createTokenMemo<Value>(capacity: number): TokenMemo<Value> {
  const places = capacity === 0 ? 0 : 2 ** Math.ceil(Math.log2(Math.max(2 * capacity, ways)))
  const marks = new Int32Array(places)
  const lastUse = new Float64Array(places)
  const seenOnce = new Int32Array(16 * places)
  let entries: (Entry<Value> | undefined)[] = new Array(places)
  let uses = 0

  /** The token's own place or, for a token that has none, the one of its eight used longest ago. */
  function placeOf(mark: number): number {
    let place = -1
    for (let way = 0; way < ways; way++) {
      const candidate = ((mark * ways) & (places - 1)) + way
      if (marks[candidate] === mark) return candidate
      if (place < 0 || (lastUse[candidate] ?? 0) < (lastUse[place] ?? 0)) place = candidate
    }
    return place
  }

  return {
    get(token) {
      const place = placeOf(markOf(token))
      const entry = entries[place]
      if (entry?.token !== token) return undefined
      lastUse[place] = ++uses
      return entry.value
    },

    set(token, value) {
      const mark = markOf(token)
      // Two slots for each: with one, two tokens in use that share it would keep each other out for ever.
      const first = mark & (seenOnce.length - 1)
      const second = (mark >>> 12) & (seenOnce.length - 1)
      if (seenOnce[first] !== mark && seenOnce[second] !== mark) {
        seenOnce[seenOnce[first] === 0 ? first : second] = mark
        return
      }
      const place = placeOf(mark)
      marks[place] = mark
      entries[place] = { token, value }
      lastUse[place] = ++uses
    },

    clear() {
      seenOnce.fill(0)
      marks.fill(0)
      lastUse.fill(0)
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

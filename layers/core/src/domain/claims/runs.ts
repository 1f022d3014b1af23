import { emptySet, type PermissionSet } from '../grant/permission-set.ts'

/**
 * Runs: alternating lengths of gaps (numbers not in the set) and runs (numbers in it), each a minimal unsigned LEB128
 * number, starting with a gap. Only the first gap may be 0; the last length is a run; the empty set is no bytes at all.
 */

/** The first number at or after `from` that is in the set (`held`) or not in it; `size` when there is none. */
function next(set: PermissionSet, size: number, from: number, held: boolean): number {
  if (from >= size) return size
  let word = from >>> 5
  let bits = (held ? (set[word] ?? 0) : ~(set[word] ?? 0)) & (-1 << (from & 31))
  while (bits === 0) {
    word++
    if (word << 5 >= size) return size
    bits = held ? (set[word] ?? 0) : ~(set[word] ?? 0)
  }
  return Math.min(size, (word << 5) + 31 - Math.clz32(bits & -bits))
}

/** Returns `undefined` when the runs would take `limit` bytes or more. */
export function encodeRuns(set: PermissionSet, size: number, limit: number): Uint8Array | undefined {
  const bytes = new Uint8Array(limit)
  let at = 0
  const put = (length: number): boolean => {
    let rest = length
    while (rest >= 128) {
      if (at >= limit) return false
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    if (at >= limit) return false
    bytes[at++] = rest
    return true
  }
  let position = 0
  for (;;) {
    const start = next(set, size, position, true)
    if (start === size) break
    const end = next(set, size, start, false)
    if (!put(start - position) || !put(end - start)) return undefined
    position = end
  }
  return at < limit ? bytes.subarray(0, at) : undefined
}

/** Returns `undefined` for anything that is not the one way to write a set of numbers below `size` as runs. */
export function decodeRuns(bytes: Uint8Array, size: number): PermissionSet | undefined {
  const set = emptySet(size)
  let position = 0
  let held = false
  let at = 0
  while (at < bytes.length) {
    let length = 0
    let shift = 0
    let byte: number
    do {
      byte = bytes[at++] ?? 128
      if (at > bytes.length || shift > 21) return undefined
      length |= (byte & 127) << shift
      shift += 7
    } while (byte >= 128)
    if (byte === 0 && shift > 7) return undefined
    if (length === 0 && at > 1) return undefined
    const end = position + length
    if (end > size) return undefined
    if (held) fill(set, position, end)
    position = end
    held = !held
  }
  return held ? undefined : set
}

function fill(set: PermissionSet, from: number, to: number): void {
  for (let word = from >>> 5; word << 5 < to; word++) {
    const low = Math.max(from - (word << 5), 0)
    const high = Math.min(to - (word << 5), 32)
    const upper = high === 32 ? -1 : (1 << high) - 1
    set[word] = (set[word] ?? 0) | (upper & (-1 << low))
  }
}

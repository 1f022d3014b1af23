/** A set of permission numbers: bit `n % 32` of word `n / 32`, words in ascending order. */
export type PermissionSet = Uint32Array

export function emptySet(size: number): PermissionSet {
  return new Uint32Array((size + 31) >>> 5)
}

export function hasNumber(set: PermissionSet, number: number): boolean {
  return ((set[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0
}

export function addNumber(set: PermissionSet, number: number): void {
  const word = number >>> 5
  if (word >= set.length) throw new RangeError(`number ${number} is outside a set of ${set.length * 32}`)
  set[word] = (set[word] ?? 0) | (1 << (number & 31))
}

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

/** Adds every number of `other` to `set`, in place. `other` must not be longer than `set`. */
export function addAll(set: PermissionSet, other: PermissionSet): void {
  if (other.length > set.length) throw new RangeError(`a set of ${other.length} words does not fit into ${set.length}`)
  for (let word = 0; word < other.length; word++) set[word] = (set[word] ?? 0) | (other[word] ?? 0)
}

/** Keeps only the numbers of `set` that are in `other` too, in place. */
export function keepOnly(set: PermissionSet, other: PermissionSet): void {
  for (let word = 0; word < set.length; word++) set[word] = (set[word] ?? 0) & (other[word] ?? 0)
}

/** Removes every number of `other` from `set`, in place. */
export function removeAll(set: PermissionSet, other: PermissionSet): void {
  for (let word = 0; word < set.length; word++) set[word] = (set[word] ?? 0) & ~(other[word] ?? 0)
}

/** The numbers of `set`, ascending. */
export function numbersIn(set: PermissionSet): readonly number[] {
  const numbers: number[] = []
  for (let number = 0; number < set.length << 5; number++) if (hasNumber(set, number)) numbers.push(number)
  return numbers
}

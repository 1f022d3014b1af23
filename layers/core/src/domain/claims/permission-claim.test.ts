import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { addNumber, emptySet, hasNumber, type PermissionSet } from '../grant/permission-set.ts'
import { readPermissionClaim, writePermissionClaim, writeReferenceClaim } from './permission-claim.ts'

function setOf(size: number, numbers: readonly number[]): PermissionSet {
  const set = emptySet(size)
  for (const number of numbers) addNumber(set, number)
  return set
}

const sized = fc.integer({ min: 1, max: 700 }).chain((size) =>
  fc.tuple(
    fc.constant(size),
    fc.oneof(
      fc.array(fc.integer({ min: 0, max: size - 1 })),
      fc
        .array(fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 1, max: 60 })), { maxLength: 8 })
        .map((runs) => runs.flatMap(([from, length]) => Array.from({ length }, (_, i) => (from + i) % size))),
    ),
  ),
)

describe('the permission claim', () => {
  test.prop([sized])('reads back what it wrote', ([size, numbers]) => {
    const set = setOf(size, numbers)
    const read = readPermissionClaim(writePermissionClaim(1, set, size), [size])
    expect(read).toEqual({ ok: true, value: { kind: 'set', epoch: 1, permissions: set } })
  })

  test.prop([fc.integer({ min: 1, max: 40 }), fc.constantFrom('b', 'r', 'x'), fc.base64String({ maxLength: 48 })])(
    'accepts nothing that it would not write',
    (size, tag, text) => {
      const claim = `1${tag}${text.replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')}`
      const read = readPermissionClaim(claim, [size])
      if (!read.ok) return
      if (read.value.kind === 'reference') expect(writeReferenceClaim(1, read.value.digest)).toBe(claim)
      else expect(writePermissionClaim(1, read.value.permissions, size)).toBe(claim)
    },
  )

  test.prop([fc.uint8Array({ maxLength: 8 }), fc.integer({ min: 1, max: 64 })], { numRuns: 2000 })(
    'accepts nothing that it would not write, on dense small payloads',
    (bytes, size) => {
      for (const tag of ['b', 'r']) {
        const claim = `1${tag}${Buffer.from(bytes).toString('base64url')}`
        const read = readPermissionClaim(claim, [size])
        if (read.ok && read.value.kind === 'set') {
          expect(writePermissionClaim(1, read.value.permissions, size)).toBe(claim)
        }
      }
    },
  )

  it('takes the shorter encoding and the bitset on a tie', () => {
    expect(writePermissionClaim(3, setOf(16, [0, 1, 2, 3]), 16)).toBe('3bDwA')
    expect(writePermissionClaim(3, setOf(500, [0, 1, 2, 3]), 500)).toBe('3rAAQ')
    expect(writePermissionClaim(3, emptySet(500), 500)).toBe('3r')
  })

  it.each([
    ['', 'epoch'],
    ['b', 'epoch'],
    ['0bAA', 'epoch'],
    ['01bAA', 'epoch'],
    ['1234567bAA', 'epoch'],
    ['1', 'tag'],
    ['1zAA', 'tag'],
    ['1bAA=', 'base64url'],
    ['1bA', 'base64url'],
    ['1bAR', 'base64url'],
    ['1b_-8A', 'width'],
    ['1bqgo', 'beyond_epoch'],
    ['1bAA', 'width'],
    ['1rAQEBAQ', 'longer_encoding'],
    ['1xAAAA', 'digest'],
  ])('refuses %j because of its %s', (text, reason) => {
    expect(readPermissionClaim(text, [11])).toMatchObject({
      ok: false,
      refusal: { code: 'malformed_claim', evidence: { reason } },
    })
  })

  it('refuses an epoch it does not know with a code of its own', () => {
    expect(readPermissionClaim('2bqgo', [11])).toMatchObject({ ok: false, refusal: { code: 'unknown_epoch' } })
  })

  it('refuses runs that end in a gap, hold an empty run, a padded number or pass the epoch', () => {
    for (const bytes of [
      [5],
      [0, 0],
      [0, 1, 0, 1],
      [0x81, 0x00, 1],
      [(400 & 127) | 128, 3, 127],
      [0, 0xff, 0xff, 0xff, 0xff, 1],
    ]) {
      const text = `1r${Buffer.from(bytes).toString('base64url')}`
      expect(readPermissionClaim(text, [500]), text).toMatchObject({ ok: false })
    }
  })

  it('does not lose bits above 31 or 52', () => {
    const set = setOf(60, [31, 32, 52, 53, 59])
    const read = readPermissionClaim(writePermissionClaim(1, set, 60), [60])
    if (!read.ok || read.value.kind !== 'set') throw new Error('not a set')
    const held = Array.from({ length: 60 }, (_, number) => number).filter((number) => hasNumber(set, number))
    expect(held).toEqual([31, 32, 52, 53, 59])
    expect(read.value.permissions).toEqual(set)
  })

  it('throws on a set that does not belong to the epoch', () => {
    expect(() => writePermissionClaim(1, setOf(64, [40]), 33)).toThrow(RangeError)
  })
})

import { describe, expect, it } from 'vitest'
import type { Grant } from '../grant/grant.ts'
import { addNumber, emptySet } from '../grant/permission-set.ts'
import { readGrantClaims, writeGrantClaims } from './grant-claims.ts'
import { readGrantDocument, writeGrantDocument } from './grant-document.ts'

const size = 40
const grant = (change: Partial<Grant> = {}): Grant => {
  const permissions = emptySet(size)
  for (const number of [1, 2, 3, 39]) addNumber(permissions, number)
  return { application: 'interact', epoch: 1, kind: 'roles', permissions, gates: [], ...change }
}
const read = (claims: Parameters<typeof readGrantClaims>[0]) => readGrantClaims(claims, 'interact', [size])
const reason = (claim: string, why: string) => ({
  ok: false,
  refusal: { code: 'malformed_claim', evidence: { claim, reason: why } },
})

describe('the claims of a grant', () => {
  it.each([grant(), grant({ gates: ['flow:a', 'flow:b'] }), grant({ kind: 'full' })])(
    'reads back $kind $gates',
    (value) => {
      expect(read(writeGrantClaims(value, size))).toEqual({ ok: true, value: { grant: value } })
    },
  )

  it('writes default-full access as a claim of its own that says what is excluded', () => {
    const permissions = emptySet(size).fill(0xffffffff, 0, 1)
    permissions[1] = 0xff
    const claims = writeGrantClaims(grant({ kind: 'full', permissions }), size)
    expect(claims).toEqual({ dfl: '1r' })
    expect(writeGrantClaims(grant({ permissions }), size)).toEqual({ prm: '1rACg' })
  })

  it('never takes a set of everything for default-full access', () => {
    const everything = read({ prm: '1rACg' })
    expect(everything).toMatchObject({ ok: true, value: { grant: { kind: 'roles' } } })
  })

  it.each([
    [{}, 'prm', 'exactly_one_of_prm_and_dfl'],
    [{ prm: '1r', dfl: '1r' }, 'prm', 'exactly_one_of_prm_and_dfl'],
    [{ prm: 4 }, 'prm', 'exactly_one_of_prm_and_dfl'],
    [{ prm: null, dfl: '1r' }, 'prm', 'exactly_one_of_prm_and_dfl'],
    [{ dfl: `1x${'A'.repeat(43)}` }, 'dfl', 'reference'],
    [{ prm: `1x${'A'.repeat(43)}`, gts: ['a'] }, 'gts', 'beside_reference'],
    [{ prm: '1r', gts: [] }, 'gts', 'not_ascending_strings'],
    [{ prm: '1r', gts: 'a' }, 'gts', 'not_ascending_strings'],
    [{ prm: '1r', gts: ['b', 'a'] }, 'gts', 'not_ascending_strings'],
    [{ prm: '1r', gts: ['a', 'a'] }, 'gts', 'not_ascending_strings'],
    [{ prm: '1r', gts: [''] }, 'gts', 'not_ascending_strings'],
    [{ prm: '1r', gts: ['a', 1] }, 'gts', 'not_ascending_strings'],
    [{ prm: '1r', gts: ['a'.repeat(257)] }, 'gts', 'not_ascending_strings'],
  ])('refuses %j', (claims, claim, why) => {
    expect(read(claims)).toEqual(reason(claim, why))
  })

  it('reads a document of the epoch the token named, and no other', () => {
    const content = writeGrantDocument({ prm: '1rAQE', gts: ['a'] })
    expect(content).toBe('{"prm":"1rAQE","gts":["a"]}')
    const reference = { epoch: 1, digest: 'x'.repeat(43) }
    expect(readGrantDocument(content, 'interact', reference, [size])).toMatchObject({
      ok: true,
      value: { gates: ['a'] },
    })
    expect(readGrantDocument(content, 'interact', { ...reference, epoch: 2 }, [size, size])).toEqual(
      reason('prm', 'document_epoch'),
    )
    for (const other of ['', '[]', 'null', '{}', '{"prm":"1x']) {
      expect(readGrantDocument(other, 'interact', reference, [size]), other).toMatchObject({
        refusal: { code: 'malformed_claim' },
      })
    }
  })
})

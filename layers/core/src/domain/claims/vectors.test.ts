import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import vectors from '../../../../../docs/claims.vectors.json' with { type: 'json' }
import { handlesBy } from '../freshness/change-handle.ts'
import { addNumber, emptySet } from '../grant/permission-set.ts'
import { readPermissionClaim, writePermissionClaim } from './permission-claim.ts'

describe('golden vectors of docs/claims.md', () => {
  it.each(vectors.sets)('$title', ({ epochs, epoch, numbers, prm }) => {
    const size = epochs[epoch - 1] ?? 0
    const permissions = emptySet(size)
    for (const number of numbers) addNumber(permissions, number)
    expect(writePermissionClaim(epoch, permissions, size)).toBe(prm)
    expect(readPermissionClaim(prm, epochs)).toEqual({ ok: true, value: { kind: 'set', epoch, permissions } })
  })

  it.each(vectors.refused)('refuses $prm', ({ prm, epochs, code, reason }) => {
    const evidence = reason === undefined ? {} : { evidence: { reason } }
    expect(readPermissionClaim(prm, epochs)).toMatchObject({ ok: false, refusal: { code, ...evidence } })
  })

  it.each(vectors.documents)('addresses a grant document by its SHA-256', ({ content, digest, prm }) => {
    expect(createHash('sha256').update(content).digest('base64url')).toBe(digest)
    expect(readPermissionClaim(prm, [24])).toMatchObject({ ok: true, value: { kind: 'reference', digest } })
  })

  it.each(vectors.handles)('names $account of $organization', ({ secret, organization, account, chg }) => {
    const key = Buffer.from(secret, 'base64url')
    const handleOf = handlesBy((text) => createHmac('sha256', key).update(text).digest())
    expect(handleOf(organization, account)).toBe(chg)
    expect(handleOf(organization)).toBe(chg.slice(0, 8))
  })
})

import { describe, expect, it } from 'vitest'
import { deriveState, type StateQuestion } from './derive-state.ts'
import type { AccountRecord } from './statement.ts'

const now = 1_800_000_000_000

const record = (parts: Partial<AccountRecord> = {}): AccountRecord => ({
  organization: 'acme',
  account: 'ann',
  version: 7,
  status: 'active',
  roles: [],
  occurredAt: now - 5_000,
  confirmedAt: now - 1_000,
  ...parts,
})

const question = (parts: Partial<StateQuestion> = {}): StateQuestion => ({
  application: 'intuidy',
  settings: { features: [], defaultFull: true },
  policy: { empty: 'full_access' },
  now,
  maxAgeMs: 900_000,
  ...parts,
})

describe('the state of an assignment', () => {
  it('is the set of roles in the application, sorted, each once', () => {
    const roles = ['viewer', 'admin', 'viewer'].map((role) => ({ application: 'intuidy', role }))
    const elsewhere = { application: 'infobip', role: 'agent' }
    expect(deriveState(record({ roles: [...roles, elsewhere] }), question())).toEqual({
      state: 'roles',
      roles: ['admin', 'viewer'],
    })
  })

  it('is full when a complete statement names no role, the policy says so and the organization opted in', () => {
    expect(deriveState(record(), question())).toEqual({ state: 'full' })
    const elsewhere = record({ roles: [{ application: 'infobip', role: 'agent' }] })
    expect(deriveState(elsewhere, question())).toEqual({ state: 'full' })
  })

  it.each([
    ['the organization did not opt in', record(), question({ settings: { features: [], defaultFull: false } })],
    ['the policy is no access', record(), question({ policy: { empty: 'no_access' } })],
    ['an empty assignment is forbidden', record(), question({ policy: { empty: 'forbidden' } })],
  ])('is an empty set of roles when %s', (_, known, asked) => {
    expect(deriveState(known, asked)).toEqual({ state: 'roles', roles: [] })
  })

  it('is not full when the one role was deleted: it is still assigned', () => {
    const orphan = record({ roles: [{ application: 'intuidy', role: 'custom:deleted' }] })
    expect(deriveState(orphan, question())).toEqual({ state: 'roles', roles: ['custom:deleted'] })
  })

  it('is inactive for a deprovisioned account, with or without roles', () => {
    expect(deriveState(record({ status: 'inactive' }), question())).toEqual({ state: 'inactive' })
  })

  it.each([
    ['never heard of', undefined, {}, 'never_confirmed'],
    ['never heard of, and the source does not know it', undefined, { failure: 'not_found' as const }, 'not_found'],
    ['never heard of, and the source is slow', undefined, { failure: 'source_timeout' as const }, 'source_timeout'],
    ['confirmed too long ago', record({ confirmedAt: now - 900_001 }), {}, 'confirmation_too_old'],
    [
      'confirmed too long ago, and the source talks nonsense',
      record({ confirmedAt: now - 900_001 }),
      { failure: 'source_garbage' as const },
      'source_garbage',
    ],
    ['confirmed in the future', record({ confirmedAt: now + 17_001 }), {}, 'confirmation_too_old'],
    ['confirmed at no time', record({ confirmedAt: Number.NaN }), {}, 'confirmation_too_old'],
    ['inactive too long ago', record({ status: 'inactive', confirmedAt: 0 }), {}, 'confirmation_too_old'],
  ])('is unknown for an account %s, even where empty means full', (_, known, parts, reason) => {
    expect(deriveState(known, question(parts))).toEqual({ state: 'unknown', reason })
  })

  it('is known up to the very age limit, and within the tolerance of clocks', () => {
    expect(deriveState(record({ confirmedAt: now - 900_000 }), question()).state).toBe('full')
    expect(deriveState(record({ confirmedAt: now + 17_000 }), question()).state).toBe('full')
  })
})

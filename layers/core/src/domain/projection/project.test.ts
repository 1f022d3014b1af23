import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { CustomRole, Organization } from '../assignment/organization.ts'
import type { AccountRecord } from '../assignment/statement.ts'
import { longestContent } from './audit-entry.ts'
import { beforeEveryStream, type ItemChange, isLater, type Position, type StreamChange } from './item-change.ts'
import { type Projected, projectChange, projectStored, rolesPerStep, type Step } from './project.ts'

const at = 1_793_000_000_000
const position = (sequence: number, stream = '2026-11-01T00:00:00.000'): Position => ({
  stream,
  sequence: String(sequence),
})
const clerk = { application: 'shop', role: 'clerk' }
const owner = { application: 'shop', role: 'owner' }
const reader = { application: 'library', role: 'reader' }

const ada = (parts: Partial<AccountRecord> = {}): AccountRecord => ({
  organization: 'acme',
  account: 'ada',
  version: 7,
  status: 'active',
  roles: [clerk],
  occurredAt: 5,
  confirmedAt: 10,
  ...parts,
})

const ofAda = (before: AccountRecord | undefined, after: AccountRecord | undefined, sequence = 1): StreamChange => {
  const images = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
  return {
    change: { kind: 'account', organization: 'acme', account: 'ada', ...images },
    position: position(sequence),
    at,
  }
}

const packer: CustomRole = {
  organization: 'acme',
  application: 'shop',
  id: 'packer',
  title: 'Packer',
  description: '',
  grants: ['order/read', 'order/pack'],
  gates: [],
  revision: 4,
}
const ofPacker = (before?: CustomRole, after?: CustomRole): StreamChange => {
  const images = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) }
  const change: ItemChange = { kind: 'role', organization: 'acme', application: 'shop', id: 'packer', ...images }
  return { change, position: position(3), at }
}

/** The step that a change must come to alone. */
function only(steps: readonly Step[]): Step {
  expect(steps).toHaveLength(1)
  const [step] = steps
  if (step === undefined) throw new Error('no step')
  return step
}

describe('positions', () => {
  it('compare as numbers within a stream, and a later stream is later', () => {
    expect(isLater(position(10), position(9))).toBe(true)
    expect(isLater(position(9), position(9))).toBe(false)
    expect(isLater({ ...position(1), sequence: '9'.repeat(38) }, { ...position(1), sequence: '8'.repeat(38) })).toBe(
      true,
    )
    expect(isLater(position(1, '2026-12'), position(900, '2026-11'))).toBe(true)
    expect(isLater(position(1), beforeEveryStream)).toBe(true)
  })
})

describe('an account', () => {
  it('that is new joins its roles, and is told of', () => {
    expect(only(projectChange(ofAda(undefined, ada({ roles: [clerk, reader] })), undefined))).toEqual({
      projected: { position: position(1), roles: [reader, clerk] },
      joined: [reader, clerk],
      left: [],
      audit: {
        organization: 'acme',
        subject: { kind: 'account', account: 'ada' },
        change: 'created',
        at,
        position: position(1),
        after: JSON.stringify({ version: 7, status: 'active', roles: [reader, clerk] }),
        cause: { kind: 'statement', version: 7, occurredAt: 5 },
      },
      outbound: {
        type: 'Permissions Changed',
        organization: 'acme',
        account: 'ada',
        version: 7,
        applications: ['library', 'shop'],
        everyApplication: true,
        mayRemove: false,
        changedAt: at,
      },
    })
  })

  it('is audited with the way on which the change came, where that is known', () => {
    const step = only(projectChange(ofAda(undefined, ada({ statedBy: 'pull okta' })), undefined))
    expect(step.audit?.cause).toEqual({ kind: 'statement', version: 7, occurredAt: 5, by: 'pull okta' })
  })

  it('leaves what it lost and joins what it got, by what the views hold and not by the image before', () => {
    const views: Projected = { position: position(1), roles: [owner, reader] }
    const step = only(projectChange(ofAda(ada(), ada({ version: 8, roles: [clerk, reader] }), 2), views))
    expect(step).toMatchObject({ joined: [clerk], left: [owner], projected: { roles: [reader, clerk] } })
    expect(step.outbound).toMatchObject({
      version: 8,
      previousVersion: 7,
      applications: ['library'],
      everyApplication: false,
    })
    expect(step.audit).toMatchObject({
      change: 'changed',
      before: JSON.stringify({ version: 7, status: 'active', roles: [clerk] }),
    })
  })

  it('that becomes inactive leaves everything', () => {
    const views: Projected = { position: position(1), roles: [clerk] }
    const step = only(projectChange(ofAda(ada(), ada({ version: 8, status: 'inactive' }), 2), views))
    expect(step).toMatchObject({ left: [clerk], joined: [], projected: { roles: [] } })
    expect(step.outbound).toMatchObject({ everyApplication: true, applications: [], mayRemove: true })
  })

  it('whose source no longer stands by it is told of, and stays a member as last stated', () => {
    const views: Projected = { position: position(1), roles: [clerk] }
    const step = only(projectChange(ofAda(ada({ etag: 'x' }), ada({ confirmedAt: 0, withdrawnSince: 20 }), 2), views))
    expect(step).toMatchObject({
      left: [],
      joined: [],
      audit: { change: 'withdrawn', cause: { kind: 'withdrawal' } },
      outbound: { everyApplication: true, mayRemove: true, version: 7 },
    })
  })

  it.each<[string, Partial<AccountRecord>, Partial<AccountRecord>, string | undefined]>([
    [
      'withdrawn after a hint',
      { confirmedAt: 0, dirtySince: 15 },
      { confirmedAt: 0, dirtySince: 15, withdrawnSince: 20 },
      'withdrawn',
    ],
    ['withdrawn once more', { confirmedAt: 0, withdrawnSince: 20 }, { confirmedAt: 0, withdrawnSince: 30 }, undefined],
    [
      'withdrawn again after it stood',
      { confirmedAt: 25, withdrawnSince: 20 },
      { confirmedAt: 0, withdrawnSince: 30 },
      'withdrawn',
    ],
    ['confirmed again', { confirmedAt: 0, withdrawnSince: 20 }, { confirmedAt: 21, withdrawnSince: 20 }, 'reinstated'],
    ['confirmed further', { confirmedAt: 21, withdrawnSince: 20 }, { confirmedAt: 22, withdrawnSince: 20 }, undefined],
    [
      'hinted at while withdrawn',
      { confirmedAt: 0, withdrawnSince: 20 },
      { confirmedAt: 0, withdrawnSince: 20, dirtySince: 30 },
      undefined,
    ],
  ])('is told of as it stands with its source: %s', (_, before, after, expected) => {
    const [step] = projectChange(ofAda(ada(before), ada(after), 2), undefined)
    expect(step?.audit?.change).toBe(expected)
    if (expected === undefined) expect(step).toBeUndefined()
    else expect(step?.outbound).toMatchObject({ everyApplication: true, mayRemove: expected === 'withdrawn' })
  })

  it('that an operator deletes leaves everything, and nobody is told: the next access brings it back', () => {
    const step = only(projectChange(ofAda(ada(), undefined, 2), { position: position(1), roles: [clerk] }))
    expect(step).toMatchObject({ left: [clerk], audit: { change: 'deleted', cause: { kind: 'repair' } } })
    expect(step).not.toHaveProperty('outbound')
  })

  it.each<[string, Partial<AccountRecord>]>([
    ['a confirmation', { confirmedAt: 99, etag: '"7"' }],
    ['a hint', { confirmedAt: 0, dirtySince: 50 }],
    ['roles in another order', { roles: [clerk, clerk] }],
  ])('is not followed for %s', (_, parts) => {
    expect(projectChange(ofAda(ada(), ada(parts), 2), undefined)).toEqual([])
  })

  it('says that nothing was taken only where nothing was', () => {
    const told = (before: AccountRecord, after: AccountRecord) =>
      projectChange(ofAda(before, after), undefined).at(-1)?.outbound?.mayRemove
    expect(told(ada(), ada({ version: 8, roles: [] }))).toBe(true)
    // A ceiling may come with it, and which role has one is not known here.
    expect(told(ada(), ada({ version: 8, roles: [clerk, owner] }))).toBe(true)
    expect(told(ada({ status: 'inactive' }), ada({ version: 8 }))).toBe(false)
  })

  it('is not followed twice, nor back', () => {
    const change = ofAda(undefined, ada(), 4)
    for (const sequence of [4, 5]) {
      expect(projectChange(change, { position: position(sequence), roles: [owner] })).toEqual([])
    }
  })

  it('with too much content for an entry is told of without it', () => {
    const roles = Array.from({ length: longestContent / 20 }, (_, index) => ({
      application: 'shop',
      role: `r${index}`,
    }))
    expect(projectChange(ofAda(ada(), ada({ version: 8, roles })), undefined).at(-1)?.audit).toMatchObject({
      before: JSON.stringify({ version: 7, status: 'active', roles: [clerk] }),
      after: 'too_large',
    })
  })

  test.prop([fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 130 }), fc.nat(5)])(
    'with many roles goes in steps that a transaction takes, and on from any of them',
    (before, after, interruptedAfter) => {
      const many = (prefix: string, count: number) =>
        Array.from({ length: count }, (_, index) => ({ application: 'shop', role: `${prefix}${index}` }))
      const views: Projected = { position: position(1), roles: [owner, ...many('old', before)] }
      const change = ofAda(ada(), ada({ version: 8, roles: [owner, ...many('new', after)] }), 2)
      const steps = projectChange(change, views)
      for (const step of steps) expect(step.joined.length + step.left.length).toBeLessThanOrEqual(rolesPerStep)
      expect(steps.filter(({ audit }) => audit !== undefined)).toHaveLength(1)
      expect(steps.at(-1)).toHaveProperty('outbound')
      const reached = steps.slice(0, interruptedAfter).at(-1)?.projected ?? views
      const rest = projectChange(change, reached)
      const end = rest.at(-1)?.projected ?? reached
      expect(end.position).toEqual(position(2))
      expect(new Set(end.roles.map(({ role }) => role))).toEqual(
        new Set(['owner', ...many('new', after).map(({ role }) => role)]),
      )
    },
  )
})

describe('a custom role', () => {
  it('is audited and told of, whatever becomes of it', () => {
    const told = (before?: CustomRole, after?: CustomRole) => only(projectChange(ofPacker(before, after), undefined))
    const lesser = { ...packer, grants: ['order/read'], revision: 5 }
    expect(told(undefined, packer)).toMatchObject({
      audit: { change: 'created', subject: { kind: 'role', application: 'shop', id: 'packer' } },
      outbound: { type: 'Role Changed', role: 'custom:packer', change: 'created', revision: 4, mayRemove: false },
    })
    expect(told(packer, lesser).outbound).toMatchObject({ change: 'changed', revision: 5, mayRemove: true })
    expect(told(lesser, { ...packer, revision: 6 }).outbound).toMatchObject({ mayRemove: false })
    expect(told(packer, undefined)).toMatchObject({
      audit: { change: 'deleted', cause: { kind: 'administration' } },
      outbound: { change: 'deleted', revision: 4, mayRemove: true },
    })
  })

  it('that is saved as it was is not followed', () => {
    expect(
      projectChange(ofPacker(packer, { ...packer, grants: packer.grants.toReversed(), revision: 9 }), undefined),
    ).toEqual([])
  })
})

describe('an organization', () => {
  const acme: Organization = {
    organization: 'acme',
    title: 'Acme',
    issuer: 'https://login.example',
    applications: { shop: { features: ['refunds'], defaultFull: false } },
    revision: 3,
  }
  const change = (after: Organization): StreamChange => ({
    change: { kind: 'organization', organization: 'acme', before: acme, after },
    position: position(1),
    at,
  })

  it('is audited where its settings changed', () => {
    const step = only(projectChange(change({ ...acme, identityAdmin: 'okta', revision: 4 }), undefined))
    expect(step.audit).toMatchObject({ change: 'changed', subject: { kind: 'organization' } })
    expect(JSON.parse(step.audit?.after ?? '')).toMatchObject({ identityAdmin: 'okta' })
    expect(step).not.toHaveProperty('outbound')
  })

  it('is not followed where only its revision or a mark rose', () => {
    expect(projectChange(change({ ...acme, revision: 9, dirtySince: 5 }), undefined)).toEqual([])
  })
})

describe('an item that is read instead of streamed', () => {
  it('brings views that know nothing of it to what it holds, and tells nobody', () => {
    expect(only(projectStored([clerk], beforeEveryStream, undefined))).toEqual({
      projected: { position: beforeEveryStream, roles: [clerk] },
      joined: [clerk],
      left: [],
    })
  })

  it('changes nothing where the stream has spoken', () => {
    expect(projectStored([clerk], beforeEveryStream, { position: position(1), roles: [] })).toEqual([])
  })
})

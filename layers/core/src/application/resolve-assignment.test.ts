import { describe, expect, it } from 'vitest'
import { accepted, acme, ada, createWorld, start, type World } from '../../../../test/support/world.ts'
import { nameOf } from '../adapters/memory/database.ts'
import { MemoryIdentityAdmin } from '../adapters/memory/identity-admin.ts'
import { type AccountStore, type PullFailure, StoreUnavailable } from './ports.ts'
import { type AssignmentQuestion, resolveAssignment } from './resolve-assignment.ts'

const key = { organization: 'acme', account: 'ada' }

function ask(world: World, question: Partial<AssignmentQuestion> = {}) {
  return resolveAssignment(world.dependencies, { key, application: 'shop', issuer: acme.issuer, ...question })
}

/** A world in which ada was confirmed at `start`, without calls on record. */
async function confirmedWorld(): Promise<World> {
  const world = createWorld()
  accepted(await ask(world))
  world.identityAdmin.clearCalls()
  world.database.requests.length = 0
  return world
}

describe('resolving an assignment', () => {
  it('pulls what was never confirmed, stores it, and counts the start of the pull as its confirmation', async () => {
    const world = createWorld()
    world.identityAdmin.delay(20)
    const answer = ask(world)
    world.pass(10)
    const { record, stale } = accepted(await answer)
    expect(record).toMatchObject({ version: 7, roles: ada.roles, etag: '"7"' })
    expect([start, start + 10]).toContain(record.confirmedAt)
    expect(stale).toBe(false)
    expect(world.database.requests).toEqual(['readAccountAndOrganization', 'applyStatement'])
  })

  it('uses a confirmation of the last 30 seconds without asking, and asks again after', async () => {
    const world = await confirmedWorld()
    world.pass(30_000)
    accepted(await ask(world))
    expect(world.identityAdmin.calls).toHaveLength(0)
    world.pass(1)
    accepted(await ask(world))
    expect(world.identityAdmin.calls).toEqual([{ call: 'readAccount', key, deadlineMs: 2_000, etag: '"7"' }])
    expect(world.database.requests).toEqual([
      'readAccountAndOrganization',
      'readAccountAndOrganization',
      'confirmUnchanged',
    ])
  })

  it('sees a change at the next pull', async () => {
    const world = await confirmedWorld()
    world.identityAdmin.change(key, { roles: [] })
    world.pass(30_001)
    expect(accepted(await ask(world)).record).toMatchObject({ version: 8, roles: [] })
  })

  it('pulls nothing for an organization, issuer or application it does not know', async () => {
    const world = createWorld()
    const refused = [
      [{ key: { ...key, organization: 'elsewhere' } }, 'unknown_organization'],
      [{ issuer: 'https://login.other.example' }, 'wrong_organization'],
      [{ application: 'intuidy' }, 'application_not_used'],
      [{ application: 'constructor' }, 'application_not_used'],
    ] as const
    for (const [question, code] of refused) {
      expect(await ask(world, question)).toMatchObject({ ok: false, refusal: { code } })
    }
    expect(world.identityAdmin.calls).toHaveLength(0)
    expect(world.database.accounts.size).toBe(0)
  })

  it('asks no issuer of the holder of one of our own tokens', async () => {
    const { issuer: _, ...question } = { key, application: 'shop', issuer: '' }
    expect((await resolveAssignment(createWorld().dependencies, question)).ok).toBe(true)
  })
})

const noAnswers: readonly (readonly [PullFailure, string])[] = [
  [{ outcome: 'timeout' }, 'source_timeout'],
  [{ outcome: 'unavailable', cause: 'network' }, 'source_unavailable'],
  [{ outcome: 'unavailable', cause: 'circuit_open' }, 'source_unavailable'],
  [{ outcome: 'garbage', detail: 'not JSON' }, 'source_garbage'],
  [{ outcome: 'partial' }, 'source_partial'],
]

describe.each(noAnswers)('when the identity admin answers %j', (failure, reason) => {
  it('uses the last confirmation for 900 seconds and not longer', async () => {
    const world = await confirmedWorld()
    world.identityAdmin.fail(failure)
    world.pass(900_000)
    expect(accepted(await ask(world))).toMatchObject({ stale: true, record: { version: 7, confirmedAt: start } })
    world.pass(1)
    expect(await ask(world)).toEqual({ ok: false, refusal: { code: 'unknown_assignment', evidence: { reason } } })
  })

  it('knows nothing of an account that was never confirmed', async () => {
    const world = createWorld()
    world.identityAdmin.fail(failure)
    expect(await ask(world)).toEqual({ ok: false, refusal: { code: 'unknown_assignment', evidence: { reason } } })
    expect(world.database.accounts.size).toBe(0)
  })

  it('does not take for confirmed now what was confirmed in this very millisecond', async () => {
    const world = await confirmedWorld()
    world.identityAdmin.fail(failure)
    expect(await ask(world, { assignmentMaxAgeMs: 0 })).toMatchObject({ refusal: { code: 'unconfirmed' } })
  })

  it('refuses a request for something younger, and writes nothing', async () => {
    const world = await confirmedWorld()
    world.identityAdmin.fail(failure)
    for (const assignmentMaxAgeMs of [0, 1_000]) {
      world.pass(1_001)
      expect(await ask(world, { assignmentMaxAgeMs })).toEqual({
        ok: false,
        refusal: { code: 'unconfirmed', evidence: { reason } },
      })
    }
    expect(world.database.requests).not.toContain('applyStatement')
  })
})

describe('when the identity admin says no', () => {
  it('believes at once that an account is not found, however recent its confirmation', async () => {
    const world = await confirmedWorld()
    world.identityAdmin.remove(key)
    world.pass(30_001)
    expect(await ask(world)).toEqual({ ok: false, refusal: { code: 'unknown_account' } })
  })

  it('does not go on with the last confirmation when it is refused itself', async () => {
    const world = await confirmedWorld()
    world.identityAdmin.fail({ outcome: 'refused', status: 403 })
    world.pass(30_001)
    expect(await ask(world)).toMatchObject({
      refusal: { code: 'unknown_assignment', evidence: { reason: 'source_refused_us' } },
    })
  })

  it('denies when the same version comes with another content, and keeps what it had', async () => {
    const world = await confirmedWorld()
    const { etag: _, ...withoutEtag } = world.database.accounts.values().next().value ?? { ...ada, confirmedAt: 0 }
    world.database.accounts.set(nameOf('acme', 'ada'), withoutEtag)
    world.identityAdmin.put({ ...ada, roles: [{ application: 'shop', role: 'auditor' }] })
    world.pass(30_001)
    expect(await ask(world)).toMatchObject({
      refusal: { code: 'unknown_assignment', evidence: { reason: 'source_conflicts' } },
    })
    expect(world.database.accounts.get(nameOf('acme', 'ada'))).toMatchObject({ roles: ada.roles })
  })
})

describe('when the identity admin is behind what is stored', () => {
  async function worldAhead(): Promise<World> {
    const world = await confirmedWorld()
    await world.dependencies.accounts.applyStatement({ ...ada, version: 9, roles: [] }, { confirmedAt: start })
    world.pass(30_001)
    return world
  }

  it('keeps to the newer state, for as long as without an answer', async () => {
    const world = await worldAhead()
    expect(accepted(await ask(world))).toMatchObject({ stale: true, record: { version: 9, roles: [] } })
    world.pass(870_000)
    expect(await ask(world)).toMatchObject({
      refusal: { code: 'unknown_assignment', evidence: { reason: 'source_behind' } },
    })
  })

  it('does not call that confirmed', async () => {
    const world = await worldAhead()
    expect(await ask(world, { assignmentMaxAgeMs: 0 })).toMatchObject({
      refusal: { code: 'unconfirmed', evidence: { reason: 'source_behind' } },
    })
  })
})

describe('a request that says how young the confirmation must be', () => {
  it('is content with one that young', async () => {
    const world = await confirmedWorld()
    world.pass(2_000)
    accepted(await ask(world, { assignmentMaxAgeMs: 2_000 }))
    expect(world.identityAdmin.calls).toHaveLength(0)
    world.pass(1)
    accepted(await ask(world, { assignmentMaxAgeMs: 2_000 }))
    expect(world.identityAdmin.calls).toHaveLength(1)
  })

  it('never loosens the 30 seconds, but bounds what stands in for an answer', async () => {
    const world = await confirmedWorld()
    world.pass(30_001)
    accepted(await ask(world, { assignmentMaxAgeMs: 600_000 }))
    expect(world.identityAdmin.calls).toHaveLength(1)
    world.identityAdmin.fail({ outcome: 'timeout' })
    world.pass(600_000)
    expect(accepted(await ask(world, { assignmentMaxAgeMs: 600_000 })).stale).toBe(true)
    world.pass(1)
    expect(await ask(world, { assignmentMaxAgeMs: 600_000 })).toMatchObject({ refusal: { code: 'unconfirmed' } })
  })

  it('of 0 pulls although it was confirmed in this very millisecond', async () => {
    const world = await confirmedWorld()
    accepted(await ask(world, { assignmentMaxAgeMs: 0 }))
    expect(world.identityAdmin.calls).toHaveLength(1)
  })

  it('of 0 is never answered by a pull that was under way, and shares the next one', async () => {
    const world = createWorld()
    const release = world.identityAdmin.hold()
    const before = ask(world)
    await new Promise(setImmediate)
    world.identityAdmin.change(key, { roles: [] })
    world.pass(5)
    const strong = [ask(world, { assignmentMaxAgeMs: 0 }), ask(world, { assignmentMaxAgeMs: 0 })]
    await new Promise(setImmediate)
    expect(world.identityAdmin.calls).toHaveLength(1)
    release()
    expect(accepted(await before).record.roles).toEqual(ada.roles)
    for (const answer of await Promise.all(strong)) {
      expect(accepted(answer).record).toMatchObject({ version: 8, roles: [], confirmedAt: start + 5 })
    }
    expect(world.identityAdmin.calls).toHaveLength(2)
  })

  it('shares one pull among ordinary requests that wait', async () => {
    const world = createWorld()
    const release = world.identityAdmin.hold()
    const all = [ask(world), ask(world), ask(world, { assignmentMaxAgeMs: 1_000 })]
    await new Promise(setImmediate)
    release()
    for (const answer of await Promise.all(all)) accepted(answer)
    expect(world.identityAdmin.calls).toHaveLength(1)
  })
})

describe('when the store fails', () => {
  it('throws, whether reading or writing fails', async () => {
    const world = createWorld()
    world.database.fail(new StoreUnavailable(), 1)
    await expect(ask(world)).rejects.toThrow(StoreUnavailable)
    const { accounts } = world.dependencies
    const readsOnly: AccountStore = {
      readAccountAndOrganization: (each) => accounts.readAccountAndOrganization(each),
      readAccounts: (each) => accounts.readAccounts(each),
      applyStatement: () => Promise.reject(new StoreUnavailable()),
      applyUnversioned: () => Promise.reject(new StoreUnavailable()),
      markDirty: () => Promise.reject(new StoreUnavailable()),
      confirmUnchanged: () => Promise.reject(new StoreUnavailable()),
      withdrawConfirmation: () => Promise.reject(new StoreUnavailable()),
    }
    const dependencies = { ...world.dependencies, accounts: readsOnly }
    await expect(resolveAssignment(dependencies, { key, application: 'shop' })).rejects.toThrow(StoreUnavailable)
  })

  it('reads in full when the record went away between reading and confirming', async () => {
    const world = await confirmedWorld()
    const { accounts } = world.dependencies
    const forgetful: AccountStore = {
      readAccountAndOrganization: (each) => accounts.readAccountAndOrganization(each),
      readAccounts: (each) => accounts.readAccounts(each),
      applyStatement: (statement, confirmation) => accounts.applyStatement(statement, confirmation),
      applyUnversioned: (...each) => accounts.applyUnversioned(...each),
      markDirty: (...each) => accounts.markDirty(...each),
      confirmUnchanged: async () => ({ outcome: 'gone' }),
      withdrawConfirmation: (...each) => accounts.withdrawConfirmation(...each),
    }
    world.pass(30_001)
    const answer = await resolveAssignment({ ...world.dependencies, accounts: forgetful }, { key, application: 'shop' })
    expect(accepted(answer)).toMatchObject({ stale: false, record: { confirmedAt: start + 30_001 } })
    expect(world.identityAdmin.calls.map((call) => 'etag' in call)).toEqual([true, false])
  })
})

it('takes a statement about somebody else for garbage', async () => {
  const world = createWorld()
  const identityAdmin = new MemoryIdentityAdmin()
  identityAdmin.readAccount = async () => ({ outcome: 'statement', statement: { ...ada, account: 'bob' } })
  const answer = await resolveAssignment({ ...world.dependencies, identityAdmin }, { key, application: 'shop' })
  expect(answer).toMatchObject({ refusal: { evidence: { reason: 'source_garbage' } } })
  expect(world.database.accounts.size).toBe(0)
})

it('takes "unchanged" for garbage when nothing was said to compare with', async () => {
  const world = createWorld()
  const identityAdmin = new MemoryIdentityAdmin()
  identityAdmin.readAccount = async () => ({ outcome: 'unchanged' })
  const answer = await resolveAssignment({ ...world.dependencies, identityAdmin }, { key, application: 'shop' })
  expect(answer).toMatchObject({ refusal: { evidence: { reason: 'source_garbage' } } })
})

describe('a source that takes back what it said', () => {
  it.each(['not_found', 'conflict'] as const)('(%s) is believed also once it cannot be reached', async (end) => {
    const world = createWorld()
    const identityAdmin = new MemoryIdentityAdmin()
    const dependencies = { ...world.dependencies, identityAdmin }
    const question = { key, application: 'shop' }
    const said = { outcome: 'statement', statement: ada } as const
    const other = { outcome: 'statement', statement: { ...ada, roles: [] } } as const
    identityAdmin.readAccount = async () => said
    accepted(await resolveAssignment(dependencies, question))
    world.pass(5_000)
    identityAdmin.readAccount = async () => (end === 'not_found' ? { outcome: 'not_found' } : other)
    expect((await resolveAssignment(dependencies, { ...question, assignmentMaxAgeMs: 0 })).ok).toBe(false)
    world.pass(1_000)
    expect((await resolveAssignment(dependencies, question)).ok, 'within the 30 seconds of before').toBe(false)
    identityAdmin.readAccount = async () => ({ outcome: 'timeout' })
    world.pass(1_000)
    expect((await resolveAssignment(dependencies, question)).ok, 'unreachable').toBe(false)
    identityAdmin.readAccount = async () => said
    world.pass(1_000)
    expect(accepted(await resolveAssignment(dependencies, question))).toMatchObject({ stale: false, record: ada })
  })
})

import { describe, expect, it } from 'vitest'
import { acme, ada, createWorld, start, type World } from '../../../../../test/support/world.ts'
import { nameOf } from '../../adapters/memory/database.ts'
import { neverConfirmed } from '../../domain/assignment/marks.ts'
import type { SourceStatement } from '../../domain/assignment/statement.ts'
import { clockToleranceMs, organizationMarkOf } from '../../domain/freshness/policy.ts'
import type { PullOutcome } from '../ports.ts'
import { resolveAssignment } from '../resolve-assignment.ts'
import { settleAccount } from './settle-account.ts'

const key = { organization: 'acme', account: 'ada' }
const auditor = { application: 'shop', role: 'auditor' }

const ask = (world: World) => resolveAssignment(world.dependencies, { key, application: 'shop', issuer: acme.issuer })
const settle = (world: World, hintedAt = start) => settleAccount(world.dependencies, key, { hintedAt })
const storedOf = ({ database }: World) => database.accounts.get(nameOf('acme', 'ada'))

/** The source counts no versions: what it is asked is answered by `say`, at the moment of asking. */
function unversioned(world: World, say: () => Partial<SourceStatement> | Promise<Partial<SourceStatement>>) {
  const { version: _, ...rest } = ada
  const asked: number[] = []
  world.identityAdmin.readAccount = async (): Promise<PullOutcome> => {
    asked.push(world.dependencies.clock())
    return { outcome: 'statement', statement: { ...rest, ...(await say()), version: undefined } }
  }
  return asked
}

describe('settling an account after a hint', () => {
  it('asks the source although the confirmation is young, and what it says counts from then on', async () => {
    const world = createWorld()
    await ask(world)
    world.pass(10)
    world.identityAdmin.change(key, { roles: [auditor] })
    expect(await settle(world, start + 10)).toEqual({ outcome: 'settled' })
    expect(storedOf(world)).toMatchObject({ version: 8, roles: [auditor], dirtySince: start + 10 + clockToleranceMs })
    world.identityAdmin.clearCalls()
    expect(await ask(world)).toMatchObject({ ok: true, value: { stale: false, record: { roles: [auditor] } } })
    expect(world.identityAdmin.calls).toHaveLength(0)
  })

  it('is later than the hint also where the hint was taken by a clock ahead of this one', async () => {
    const world = createWorld()
    await ask(world)
    world.pass(1_000)
    await world.dependencies.accounts.markDirty(key, start + 1_000)
    world.pass(-900)
    expect(await settle(world, start + 100)).toEqual({ outcome: 'settled' })
    expect(storedOf(world)).toMatchObject({ confirmedAt: start + 1_000 + clockToleranceMs + 2 })
  })

  it.each([
    [{ outcome: 'timeout' }, 'source_timeout'],
    [{ outcome: 'unavailable', cause: 'rate_limited' }, 'source_unavailable'],
    [{ outcome: 'partial' }, 'source_partial'],
    [{ outcome: 'refused', status: 401 }, 'source_refused_us'],
  ] as const)(
    'fails with the reason when the source answers %j, and then nothing old counts',
    async (failure, reason) => {
      const world = createWorld()
      await ask(world)
      world.pass(10)
      world.identityAdmin.fail(failure)
      expect(await settle(world, start + 10)).toEqual({ outcome: 'failed', reason })
      expect(storedOf(world)).toMatchObject({ roles: ada.roles, confirmedAt: neverConfirmed })
      expect(await ask(world)).toEqual({ ok: false, refusal: { code: 'unknown_assignment', evidence: { reason } } })
      world.identityAdmin.recover()
      expect((await ask(world)).ok).toBe(true)
    },
  )

  it('believes a source that no longer knows the account', async () => {
    const world = createWorld()
    await ask(world)
    world.identityAdmin.remove(key)
    expect(await settle(world)).toEqual({ outcome: 'settled' })
    expect(storedOf(world)).toMatchObject({ confirmedAt: neverConfirmed })
  })

  it('pulls an account that is not stored, and says where nobody knows it', async () => {
    const world = createWorld()
    expect(await settle(world)).toEqual({ outcome: 'settled' })
    expect(storedOf(world)).toMatchObject({ version: 7 })
    world.database.accounts.clear()
    world.identityAdmin.remove(key)
    expect(await settle(world)).toEqual({ outcome: 'absent' })
    expect(world.database.accounts.size).toBe(0)
  })

  it('asks nothing for an organization that is not ours', async () => {
    const world = createWorld()
    world.database.organizations.clear()
    expect(await settle(world)).toEqual({ outcome: 'absent' })
    expect(world.identityAdmin.calls).toHaveLength(0)
  })

  it('asks the source of the organization', async () => {
    const world = createWorld()
    world.database.organizations.set(nameOf('acme'), { ...acme, identityAdmin: 'okta-acme' })
    await settle(world)
    expect(world.identityAdmin.calls).toEqual([{ call: 'readAccount', key, deadlineMs: 2_000, source: 'okta-acme' }])
  })

  it('says when the same version came with another content', async () => {
    const world = createWorld()
    await ask(world)
    const { etag: _, ...withoutEtag } = storedOf(world) ?? { ...ada, confirmedAt: 0 }
    world.database.accounts.set(nameOf('acme', 'ada'), withoutEtag)
    world.identityAdmin.put({ ...ada, roles: [auditor] })
    expect(await settle(world)).toEqual({ outcome: 'failed', reason: 'source_conflicts' })
  })
})

describe('a source without versions', () => {
  it('is asked again when a hint came in while it answered, and the later answer stands', async () => {
    const world = createWorld()
    const answers = [[{ application: 'shop', role: 'clerk' }], [auditor], [auditor]]
    const asked = unversioned(world, async () => {
      const roles = answers.shift() ?? []
      // The change and its hint come while the first answer, made before, is under way.
      if (answers.length === 1) {
        world.pass(5)
        await world.dependencies.accounts.markDirty(key, start + 5)
      }
      return { roles }
    })
    expect((await ask(world)).ok).toBe(true)
    expect(await settle(world)).toEqual({ outcome: 'settled' })
    expect(asked).toHaveLength(3)
    expect(storedOf(world)).toMatchObject({
      version: 2,
      roles: [auditor],
      confirmedAt: start + 5 + clockToleranceMs + 1,
    })
  })

  it('never lets an answer from before replace one from after it', async () => {
    const world = createWorld()
    let roles = [{ application: 'shop', role: 'clerk' }]
    const gate = Promise.withResolvers<void>()
    let held = true
    unversioned(world, async () => {
      const now = roles
      if (held) {
        held = false
        await gate.promise
      }
      return { roles: now }
    })
    const slow = settle(world)
    await new Promise(setImmediate)
    roles = [auditor]
    world.pass(3)
    expect(await settle(world, start + 3)).toEqual({ outcome: 'settled' })
    gate.resolve()
    expect(await slow).toEqual({ outcome: 'settled' })
    expect(storedOf(world)).toMatchObject({ roles: [auditor] })
  })

  it('takes what another writer confirmed meanwhile, without asking once more', async () => {
    const world = createWorld()
    await ask(world)
    const { version: _, ...said } = ada
    const asked = unversioned(world, async () => {
      const { account } = await world.dependencies.accounts.readAccountAndOrganization(key)
      const confirmation = { confirmedAt: start + 3 * clockToleranceMs }
      await world.dependencies.accounts.applyUnversioned({ ...said, roles: [] }, confirmation, account ?? 'absent')
      return { roles: [auditor] }
    })
    expect(await settle(world, start - 1)).toEqual({ outcome: 'settled' })
    expect(asked).toHaveLength(1)
    expect(storedOf(world)).toMatchObject({ roles: [] })
  })

  it.each([
    [1_000, 4, 'for two deadlines'],
    [1, 12, 'twelve times'],
  ])(
    'that is hinted at during every answer of %i ms is asked %i times (%s), and nothing is minted from it',
    async (takes, times) => {
      const world = createWorld()
      await ask(world)
      const asked = unversioned(world, async () => {
        world.pass(takes)
        await world.dependencies.accounts.markDirty(key, world.dependencies.clock())
        return { roles: [auditor] }
      })
      expect(await settle(world)).toEqual({ outcome: 'failed', reason: 'source_unsettled' })
      expect(asked).toHaveLength(times)
      expect(await ask(world)).toMatchObject({
        refusal: { code: 'unknown_assignment', evidence: { reason: 'source_unsettled' } },
      })
    },
  )
})

describe('a source with versions', () => {
  it('is asked again, too, when a hint came in while it answered', async () => {
    const world = createWorld()
    let answers = 0
    const { identityAdmin } = world
    const read = identityAdmin.readAccount.bind(identityAdmin)
    identityAdmin.readAccount = async (...question) => {
      answers += 1
      const answer = await read(...question)
      if (answers > 1) return answer
      identityAdmin.change(key, { roles: [auditor] })
      world.pass(5)
      await world.dependencies.accounts.applyStatement(ada, { confirmedAt: start })
      await world.dependencies.accounts.markDirty(key, start + 5)
      return answer
    }
    expect(await ask(world)).toMatchObject({ ok: true, value: { record: { version: 8, roles: [auditor] } } })
    expect(answers).toBe(2)
  })
})

describe('a hint about the whole organization', () => {
  it('lets no account count until it was confirmed after, also where the source cannot be reached', async () => {
    const world = createWorld()
    await ask(world)
    world.pass(5)
    await world.organizations.markOrganizationDirty('acme', start + 5)
    world.identityAdmin.fail({ outcome: 'timeout' })
    expect(await ask(world)).toMatchObject({
      refusal: { code: 'unknown_assignment', evidence: { reason: 'source_timeout' } },
    })
    world.identityAdmin.recover()
    world.identityAdmin.change(key, { roles: [] })
    expect(await ask(world)).toMatchObject({
      ok: true,
      value: { record: { roles: [], confirmedAt: organizationMarkOf(start + 5, undefined) + 1 } },
    })
    world.identityAdmin.clearCalls()
    world.pass(1)
    await ask(world)
    expect(world.identityAdmin.calls).toHaveLength(0)
  })
})

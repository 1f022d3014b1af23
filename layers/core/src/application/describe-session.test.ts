import { describe, expect, it } from 'vitest'
import { accepted, ada, adasSignIn, createWorld, start, type World } from '../../../../test/support/world.ts'
import { nameOf } from '../adapters/memory/database.ts'
import { compiledShop } from '../domain/catalog/shop.fixture.ts'
import { readGrantClaims } from '../domain/claims/grant-claims.ts'
import { numbersIn } from '../domain/grant/permission-set.ts'
import { describeSession } from './describe-session.ts'
import { exchangeToken } from './exchange-token.ts'
import { explainPermission } from './explain-permission.ts'

const now = Math.floor(start / 1000)

async function tokenOf(world: World, scope?: readonly string[]): Promise<string> {
  const request = { subjectToken: 'ada', subjectTokenType: 'access_token', audience: 'shop' } as const
  const issued = accepted(await exchangeToken(world.dependencies, { ...request, ...(scope && { scope }) }))
  world.present(issued.accessToken)
  return issued.accessToken
}

describe('describing a session', () => {
  it('says what a front end shows or hides', async () => {
    const world = createWorld()
    const token = await tokenOf(world)
    expect(accepted(await describeSession(world.dependencies, { token }))).toEqual({
      application: 'shop',
      organization: 'acme',
      account: 'ada',
      permissions: ['orders.view', 'orders.refund', 'stock.view'],
      qualified: ['orders.view[own]'],
      gates: [],
      features: ['refunds'],
      defaultFull: false,
      expiresAt: now + 300,
      revision: [7, 3],
    })
  })

  it.each([
    ['shop', ['clerk']],
    ['shop', ['customer', 'approver']],
    ['shop', ['auditor', 'approver', 'custom:vault']],
    ['shop', []],
    ['open', []],
    ['open', ['clerk', 'approver']],
  ])('shows of %s with %j the very permissions that the token of that moment carries', async (application, roles) => {
    const world = createWorld({ statements: [{ ...ada, roles: roles.map((role) => ({ application, role })) }] })
    const vault = { organization: 'acme', application, id: 'vault', title: 'Vault', description: '', grants: [] }
    world.database.customRoles.set(nameOf('acme', application, 'vault'), { ...vault, gates: ['vault-1'], revision: 1 })
    const request = { subjectToken: 'ada', subjectTokenType: 'access_token', audience: application } as const
    const issued = accepted(await exchangeToken(world.dependencies, request))
    const claims = world.present(issued.accessToken)
    const read = accepted(readGrantClaims(claims, application, compiledShop.epochs))
    if (!('grant' in read)) throw new Error('a reference')
    const session = accepted(await describeSession(world.dependencies, { token: issued.accessToken }))
    const carried = numbersIn(read.grant.permissions).map((number) => compiledShop.keys[number])
    expect([...session.permissions, ...session.qualified].sort()).toEqual(carried.sort())
    expect(session.defaultFull).toBe(read.grant.kind === 'full')
    expect(session.gates).toEqual(read.grant.gates)
  })

  it('takes a sign-in at the provider, if the application is said', async () => {
    const { dependencies } = createWorld()
    expect(accepted(await describeSession(dependencies, { token: 'ada', application: 'open' }))).toMatchObject({
      defaultFull: true,
      permissions: expect.arrayContaining(['orders.approve']),
    })
    expect(await describeSession(dependencies, { token: 'ada' })).toEqual({
      ok: false,
      refusal: { code: 'invalid_request', evidence: { parameter: 'application', reason: 'missing' } },
    })
  })

  it('shows no more of a downscoped token than it carries', async () => {
    const world = createWorld()
    const token = await tokenOf(world, ['stock.view'])
    expect(accepted(await describeSession(world.dependencies, { token }))).toMatchObject({
      permissions: ['stock.view'],
      qualified: [],
    })
  })

  it.each([
    [{ token: 'eve' }, 'malformed_token'],
    [{ token: 'ada', application: 'elsewhere' }, 'unknown_application'],
    [{ token: 'bob', application: 'shop' }, 'unknown_account'],
  ])('refuses %j: %s', async (presented, code) => {
    const world = createWorld()
    world.subjects.set('bob', { ...adasSignIn, subject: 'bob' })
    expect(await describeSession(world.dependencies, presented)).toMatchObject({ refusal: { code } })
  })

  it('refuses a token of ours for another application', async () => {
    const world = createWorld()
    const token = await tokenOf(world)
    expect(await describeSession(world.dependencies, { token, application: 'open' })).toMatchObject({
      refusal: { code: 'wrong_audience' },
    })
  })
})

describe('explaining a permission', () => {
  it('names the roles and inclusions that bring it', async () => {
    const world = createWorld()
    const token = await tokenOf(world)
    const explained = accepted(await explainPermission(world.dependencies, { token, permission: 'orders.refund' }))
    expect(explained).toMatchObject({
      application: 'shop',
      organization: 'acme',
      account: 'ada',
      explanation: { allowed: true, through: [{ kind: 'role', path: ['clerk'] }] },
      sentence: expect.stringContaining('Clerk'),
    })
  })

  it('names the roles that would bring it', async () => {
    const world = createWorld()
    const token = await tokenOf(world)
    expect(
      accepted(await explainPermission(world.dependencies, { token, permission: 'orders.approve' })).explanation,
    ).toMatchObject({ allowed: false, refusal: { code: 'not_granted' }, wouldGrant: ['approver'] })
  })

  it('sees what has changed since the token was made', async () => {
    const world = createWorld()
    const token = await tokenOf(world)
    world.identityAdmin.change(ada, { status: 'inactive' })
    world.pass(30_001)
    const { explanation, sentence } = accepted(
      await explainPermission(world.dependencies, { token, permission: 'orders.refund' }),
    )
    expect(explanation).toMatchObject({ allowed: false, refusal: { code: 'inactive' } })
    expect(sentence).toContain('not active')
  })

  it('explains an assignment that is not known', async () => {
    const world = createWorld({ statements: [] })
    const presented = { token: 'ada', application: 'shop', permission: 'orders.refund' }
    expect(accepted(await explainPermission(world.dependencies, presented)).explanation).toMatchObject({
      allowed: false,
      refusal: { code: 'unknown_account' },
    })
  })

  it('says that a downscoped token does not carry what the account has', async () => {
    const world = createWorld()
    const token = await tokenOf(world, ['stock.view'])
    expect(
      accepted(await explainPermission(world.dependencies, { token, permission: 'orders.refund' })).explanation,
    ).toMatchObject({ allowed: false, refusal: { code: 'not_granted', evidence: { scope: ['stock.view'] } } })
  })

  it.each([
    [{ token: 'eve', permission: 'orders.refund' }, 'malformed_token'],
    [{ token: 'ada', application: 'elsewhere', permission: 'orders.refund' }, 'unknown_application'],
  ])('refuses %j: %s', async (question, code) => {
    expect(await explainPermission(createWorld().dependencies, question)).toMatchObject({ refusal: { code } })
  })
})

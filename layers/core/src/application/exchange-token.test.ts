import { describe, expect, it } from 'vitest'
import { accepted, acme, ada, adasSignIn, createWorld, start, type World } from '../../../../test/support/world.ts'
import { nameOf } from '../adapters/memory/database.ts'
import type { AccountStatement, RoleAssignment } from '../domain/assignment/statement.ts'
import { compiledShop } from '../domain/catalog/shop.fixture.ts'
import { readGrantClaims } from '../domain/claims/grant-claims.ts'
import type { TokenClaims } from '../domain/claims/token-claims.ts'
import { refuse } from '../domain/decision/refusal.ts'
import { numbersIn } from '../domain/grant/permission-set.ts'
import { exchangeToken, type TokenExchange } from './exchange-token.ts'
import { readGrantDocument } from './read-grant-document.ts'

function exchange(world: World, parts: Partial<TokenExchange> = {}) {
  return exchangeToken(world.dependencies, {
    subjectToken: 'ada',
    subjectTokenType: 'access_token',
    audience: 'shop',
    ...parts,
  })
}

function keysIn(claims: TokenClaims): readonly (string | null | undefined)[] {
  const read = accepted(readGrantClaims(claims, claims.aud, compiledShop.epochs))
  if (!('grant' in read)) throw new Error('a reference')
  return numbersIn(read.grant.permissions).map((number) => compiledShop.keys[number])
}

function holding(...roles: readonly RoleAssignment[]): { readonly statements: readonly AccountStatement[] } {
  return { statements: [{ ...ada, roles }] }
}

const clerk = { application: 'shop', role: 'clerk' }

describe('a token', () => {
  it('says who, for what, how long, and from which revisions', async () => {
    const world = createWorld()
    const issued = accepted(await exchange(world))
    const now = Math.floor(start / 1000)
    const { prm, ...claims } = world.present(issued.accessToken)
    expect(claims).toEqual({
      iss: 'https://tokens.example',
      sub: 'ada',
      aud: 'shop',
      exp: now + 300,
      iat: now,
      jti: 'token-1',
      client_id: 'front-end',
      auth_time: now - 30,
      org: 'acme',
      chg: expect.stringMatching(/^[\w-]{16}$/),
      rev: [7, 3],
      cfm: now,
    })
    expect(prm).toMatch(/^1[br]/)
    expect(issued).toMatchObject({ expiresIn: 300, kind: 'roles', stale: false })
    expect(issued).not.toHaveProperty('scope')
  })

  it('has its claims in the order they are specified', async () => {
    const world = createWorld(holding(clerk, { application: 'shop', role: 'custom:vault' }))
    defineVault(world)
    const { accessToken } = accepted(await exchange(world, { scope: ['stock.view'] }))
    expect(Object.keys(world.present(accessToken))).toEqual(
      'iss sub aud exp iat jti client_id auth_time org chg rev cfm scope prm gts'.split(' '),
    )
  })

  it('carries what the roles grant, without what the organization has not enabled', async () => {
    const world = createWorld()
    const enabled = world.present(accepted(await exchange(world)).accessToken)
    expect(keysIn(enabled)).toEqual(['orders.view', 'orders.view[own]', 'orders.refund', 'stock.view'])
    const shop = { features: [], defaultFull: false }
    world.database.organizations.set(nameOf('acme'), { ...acme, applications: { shop } })
    expect(keysIn(world.present(accepted(await exchange(world)).accessToken))).toEqual([
      'orders.view',
      'orders.view[own]',
      'stock.view',
    ])
  })

  it('carries what a role grants as the organization has changed it, where the catalog lets it', async () => {
    const world = createWorld()
    const roleChanges = { clerk: { enabled: [], disabled: ['orders.refund'] } }
    const settings = { features: ['refunds'], defaultFull: false, roleChanges }
    world.database.organizations.set(nameOf('acme'), { ...acme, applications: { shop: settings } })
    const fixed = world.present(accepted(await exchange(world)).accessToken)
    expect(keysIn(fixed)).toContain('orders.refund')
    const { catalog } = compiledShop
    const policy = { ...catalog.policy, roleDefaults: 'organization_may_change' } as const
    const catalogs = new Map(world.dependencies.catalogs).set('shop', {
      ...compiledShop,
      catalog: { ...catalog, policy },
    })
    const changed = await exchange({ ...world, dependencies: { ...world.dependencies, catalogs } })
    expect(keysIn(world.present(accepted(changed).accessToken))).toEqual([
      'orders.view',
      'orders.view[own]',
      'stock.view',
    ])
  })

  it('is empty, not refused, where no role means no access', async () => {
    const world = createWorld(holding({ application: 'open', role: 'clerk' }))
    expect(keysIn(world.present(accepted(await exchange(world)).accessToken))).toEqual([])
  })

  it('lives no longer than the sign-in behind it', async () => {
    const world = createWorld()
    const now = Math.floor(start / 1000)
    world.subjects.set('ada', { ...adasSignIn, expiresAt: now + 120 })
    const issued = accepted(await exchange(world))
    expect(issued.expiresIn).toBe(120)
    expect(world.present(issued.accessToken).exp).toBe(now + 120)
    world.pass(120_000)
    expect(await exchange(world)).toMatchObject({ refusal: { code: 'expired' } })
  })

  it('takes two reads of the store at most, and one when no custom role is held', async () => {
    const world = createWorld(holding(clerk, { application: 'shop', role: 'custom:vault' }))
    defineVault(world)
    accepted(await exchange(world))
    world.database.requests.length = 0
    accepted(await exchange(world))
    expect(world.database.requests).toEqual(['readAccountAndOrganization', 'readCustomRoles'])

    const plain = createWorld()
    accepted(await exchange(plain))
    plain.database.requests.length = 0
    accepted(await exchange(plain))
    expect(plain.database.requests).toEqual(['readAccountAndOrganization'])
  })

  it('says when it was made from an older confirmation', async () => {
    const world = createWorld()
    accepted(await exchange(world))
    world.pass(60_000)
    world.identityAdmin.fail({ outcome: 'timeout' })
    const issued = accepted(await exchange(world))
    expect(issued.stale).toBe(true)
    expect(world.present(issued.accessToken).cfm).toBe(Math.floor(start / 1000))
  })
})

describe('default-full access', () => {
  it('is marked as such, and only for an active account without any role of that application', async () => {
    const full = createWorld()
    const issued = accepted(await exchange(full, { audience: 'open' }))
    const claims = full.present(issued.accessToken)
    expect(issued.kind).toBe('full')
    expect(claims).not.toHaveProperty('prm')
    expect(claims.dfl).toBeDefined()

    const world = createWorld(holding({ application: 'open', role: 'custom:deleted' }))
    expect(accepted(await exchange(world, { audience: 'open' })).kind).toBe('roles')
    const inactive = createWorld({ statements: [{ ...ada, status: 'inactive', roles: [] }] })
    expect(await exchange(inactive, { audience: 'open' })).toMatchObject({ refusal: { code: 'inactive' } })
  })

  it('never follows from a failure of the identity admin', async () => {
    const failures = [
      { outcome: 'timeout' },
      { outcome: 'partial' },
      { outcome: 'garbage', detail: 'x' },
      { outcome: 'refused', status: 404 },
      { outcome: 'unavailable', cause: 'status' },
    ] as const
    for (const failure of failures) {
      const world = createWorld()
      world.identityAdmin.fail(failure)
      expect(await exchange(world, { audience: 'open' })).toMatchObject({ refusal: { code: 'unknown_assignment' } })
    }
    const nobody = createWorld({ statements: [] })
    expect(await exchange(nobody, { audience: 'open' })).toMatchObject({ refusal: { code: 'unknown_account' } })
  })

  it('needs the opt-in of the organization', async () => {
    const world = createWorld()
    const open = { features: [], defaultFull: false }
    world.database.organizations.set(nameOf('acme'), { ...acme, applications: { open } })
    const issued = accepted(await exchange(world, { audience: 'open' }))
    expect(issued.kind).toBe('roles')
    expect(keysIn(world.present(issued.accessToken))).toEqual([])
  })
})

describe('an exchange is refused', () => {
  const cases: readonly (readonly [string, string, Partial<TokenExchange>, readonly RoleAssignment[]])[] = [
    ['for an application without a catalog', 'unknown_application', { audience: 'elsewhere' }, [clerk]],
    ['for a name that objects inherit', 'unknown_application', { audience: 'toString' }, [clerk]],
    ['for a token that does not verify', 'malformed_token', { subjectToken: 'eve' }, [clerk]],
    ['for another client than signed in', 'invalid_client', { clientId: 'back-end' }, [clerk]],
    ['where an empty assignment is forbidden', 'invalid_assignment', { audience: 'closed' }, [clerk]],
    ['for a role that might be a ceiling', 'unknown_role', {}, [clerk, { application: 'shop', role: 'new_role' }]],
    ['for two base roles where one is allowed', 'invalid_assignment', {}, [clerk, { ...clerk, role: 'auditor' }]],
  ]
  it.each(cases)('%s: %s', async (_, code, parts, roles) => {
    const world = createWorld(holding(...roles))
    expect(await exchange(world, parts)).toMatchObject({ ok: false, refusal: { code } })
  })

  it('before anything is read or pulled, when application, token or client are wrong', async () => {
    const world = createWorld()
    for (const [, , parts] of cases.slice(0, 4)) await exchange(world, parts)
    expect(world.database.requests).toEqual([])
    expect(world.identityAdmin.calls).toEqual([])
  })

  it('when there is no key to sign with', async () => {
    const world = createWorld()
    const signer = { signToken: async () => refuse('no_signing_key') }
    const request = { subjectToken: 'ada', subjectTokenType: 'jwt', audience: 'shop' } as const
    expect(await exchangeToken({ ...world.dependencies, signer }, request)).toMatchObject({
      refusal: { code: 'no_signing_key' },
    })
  })
})

describe('exchanging a token of ours', () => {
  it('re-derives what it says and never prolongs it', async () => {
    const world = createWorld()
    const first = accepted(await exchange(world)).accessToken
    const { exp } = world.present(first)
    world.identityAdmin.change(ada, { roles: [] })
    world.pass(200_000)
    const second = accepted(await exchange(world, { subjectToken: first, assignmentMaxAgeMs: 0 }))
    expect(second.expiresIn).toBe(100)
    const claims = world.present(second.accessToken)
    expect(claims).toMatchObject({ exp, rev: [8, 3], client_id: 'front-end', org: 'acme' })
    expect(keysIn(claims)).toEqual([])
    world.pass(100_000)
    expect(await exchange(world, { subjectToken: first })).toMatchObject({ refusal: { code: 'expired' } })
  })

  it('is for the same application only', async () => {
    const world = createWorld()
    const first = accepted(await exchange(world)).accessToken
    world.present(first)
    expect(await exchange(world, { subjectToken: first, audience: 'open' })).toMatchObject({
      refusal: { code: 'wrong_audience' },
    })
  })
})

describe('downscoping', () => {
  it('leaves what is asked for and held, and says what that is', async () => {
    const world = createWorld()
    const issued = accepted(await exchange(world, { scope: ['orders.view[own]', 'orders.approve', 'stock.view'] }))
    expect(issued.scope).toEqual(['orders.view[own]', 'stock.view'])
    const claims = world.present(issued.accessToken)
    expect(claims.scope).toBe('orders.view[own] stock.view')
    expect(keysIn(claims)).toEqual(['orders.view[own]', 'stock.view'])
  })

  it('cannot be undone by another exchange', async () => {
    const world = createWorld()
    const first = accepted(await exchange(world, { scope: ['stock.view'] })).accessToken
    world.present(first)
    const again = accepted(await exchange(world, { subjectToken: first }))
    expect(again.scope).toEqual(['stock.view'])
    expect(keysIn(world.present(again.accessToken))).toEqual(['stock.view'])
    const wider = await exchange(world, { subjectToken: first, scope: ['stock.view', 'orders.refund'] })
    expect(accepted(wider).scope).toEqual(['stock.view'])
    expect(await exchange(world, { subjectToken: first, scope: ['orders.refund'] })).toMatchObject({
      refusal: { code: 'not_granted' },
    })
  })

  it('refuses a key the catalog does not have, and a scope of which nothing is held', async () => {
    const world = createWorld()
    expect(await exchange(world, { scope: ['stock.view', 'stock.burn'] })).toEqual({
      ok: false,
      refusal: { code: 'invalid_scope', evidence: { unknown: 'stock.burn' } },
    })
    expect(await exchange(world, { scope: ['orders.approve'] })).toMatchObject({ refusal: { code: 'not_granted' } })
  })

  it('of default-full access is a set like any other', async () => {
    const world = createWorld()
    const issued = accepted(await exchange(world, { audience: 'open', scope: ['orders.approve'] }))
    expect(issued.kind).toBe('roles')
    expect(keysIn(world.present(issued.accessToken))).toEqual(['orders.approve'])
  })
})

describe('a grant beyond the budget', () => {
  it('is kept outside the token under its digest, until the token has expired', async () => {
    const world = createWorld(holding(clerk, { application: 'shop', role: 'custom:vault' }))
    defineVault(
      world,
      Array.from({ length: 300 }, (_, index) => `vault-${String(index).padStart(4, '0')}`),
    )
    const { accessToken } = accepted(await exchange(world))
    const claims = world.present(accessToken)
    expect(claims).not.toHaveProperty('gts')
    const digest = /^1x(.{43})$/.exec(claims.prm ?? '')?.[1] ?? ''
    const document = accepted(await readGrantDocument(world.dependencies, digest))
    expect(JSON.parse(document)).toMatchObject({ prm: expect.stringMatching(/^1[br]/), gts: { length: 300 } })
    expect([...world.database.grantDocuments.values()]).toEqual([{ content: document, expiresAt: claims.exp }])
  })

  it('is in the token up to and including the budget', async () => {
    const world = createWorld()
    const budget = JSON.stringify({ prm: world.present(accepted(await exchange(world)).accessToken).prm }).length
    const at = (claimBudgetBytes: number) =>
      exchangeToken(
        { ...world.dependencies, claimBudgetBytes },
        { subjectToken: 'ada', subjectTokenType: 'jwt', audience: 'shop' },
      )
    expect(world.present(accepted(await at(budget)).accessToken).prm).toMatch(/^1[br]/)
    expect(world.present(accepted(await at(budget - 1)).accessToken).prm).toMatch(/^1x/)
  })

  it('is not found under what is no digest, or not one of ours', async () => {
    const world = createWorld()
    for (const name of ['', '..', 'x'.repeat(42), `${'x'.repeat(42)}/`, 'x'.repeat(43)]) {
      expect(await readGrantDocument(world.dependencies, name)).toMatchObject({ refusal: { code: 'no_such_grant' } })
    }
  })

  it('is never handed out when it does not match its digest', async () => {
    const world = createWorld()
    const name = 'x'.repeat(43)
    await world.dependencies.grantDocuments.putGrantDocument(name, '{"prm":"1b_w"}', start)
    await expect(
      readGrantDocument({ ...world.dependencies, grantDocuments: grantDocumentsOf(world) }, name),
    ).rejects.toThrow('digest')
  })
})

function grantDocumentsOf(world: World) {
  return { readGrantDocument: async (name: string) => world.database.grantDocuments.get(name)?.content }
}

function defineVault(world: World, gates: readonly string[] = ['vault-1']): void {
  world.database.customRoles.set(nameOf('acme', 'shop', 'vault'), {
    organization: 'acme',
    application: 'shop',
    id: 'vault',
    title: 'Vault',
    description: 'May open vaults',
    grants: [],
    gates,
    revision: 1,
  })
}

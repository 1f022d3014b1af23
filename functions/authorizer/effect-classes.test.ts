import { catalogs } from '@rolecast/catalogs'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { accept } from '@rolecast/core/domain/decision/refusal'
import { type DecisionIndex, indexCatalog } from '@rolecast/core/domain/grant/decide'
import { evaluate } from '@rolecast/core/domain/grant/evaluate'
import { findRoute } from '@rolecast/core/domain/routes/find-route'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { describe, expect, it } from 'vitest'
import { createJudge } from './judge.ts'
import { createAsking } from './later/ask.ts'

const now = 1_800_000_000
const issuer = 'https://tokens.example'

const changeHandle = 'AcmeAcmeKimKimKi'

/** An account that signed in with some roles; a token is the JSON of the grant it carries. */
function signedIn(compiled: CompiledCatalog, ...roles: readonly string[]) {
  const catalog = toDecisionCatalog(compiled)
  const index: DecisionIndex = indexCatalog(catalog)
  const world = { now, version: 1, roles, exchanges: 0, versions: {} as Record<string, number> }
  const tokenNow = (): HeldGrant => {
    const state = { state: 'roles', roles: world.roles } as const
    const features = Object.keys(compiled.catalog.features)
    const outcome = evaluate(compiled, state, { customRoles: [], settings: { features, defaultFull: false } })
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const times = { issuedAt: world.now, confirmedAt: world.now, expiresAt: now + 300 }
    const holder = {
      account: 'kim',
      organization: 'acme',
      changeHandle,
      client: 'app',
      revision: [world.version, 1] as const,
      ...times,
    }
    return { holder, grant: outcome.value, carried: {} }
  }
  const tokens = new Map<string, HeldGrant>([['signed-in', tokenNow()]])
  const read = (token: string) => accept(tokens.get(token) ?? tokenNow())
  const verifier = { verifySync: read, verify: async (token: string) => read(token), updateKeys: () => false }
  const exchange = async () => {
    world.exchanges += 1
    return accept('another')
  }
  const config = {
    issuer,
    providers: [],
    mode: 'token',
    resultCacheSeconds: 0,
    denyResolveSeconds: 2,
    freshnessMs: [5_000, 10_000, 60_000, 300_000],
  } as const
  const clock = () => world.now * 1000
  const nextSignIn = catalog.nextSignIn === true
  const none = { versions: {}, revisions: {}, confirmed: {}, issued: {}, keys: [] }
  const fetchChanges = async () => ({ ageMs: 0, cursor: '1.a', more: false, ...none, versions: world.versions })
  const tokenService = { exchange, fetchChanges, withoutKey: () => undefined }
  const write = () => undefined
  const asking = async () => createAsking({ verifier, tokenService, clock, config, nextSignIn, write })
  const judge = createJudge({ index, verifier, clock, config, asking })
  return {
    world,
    /** The identity admin now assigns these roles. */
    assign(...assigned: readonly string[]): void {
      world.roles = assigned
      world.version += 1
    },
    /** As `assign`, where something is taken away: it stands in the change feed. */
    take(...left: readonly string[]): void {
      world.roles = left
      world.version += 1
      world.versions = { [changeHandle]: world.version }
    },
    /** With the token of the sign-in. */
    async calls(routeKey: string): Promise<string> {
      const { refusal } = await judge('signed-in', findRoute(index, { routeKey }))
      return refusal?.code ?? 'allowed'
    },
  }
}

describe('a role that was just added', () => {
  it('works at the next access, with the token of before, where roles take effect then', async () => {
    const vera = signedIn(catalogs['customer-v2'], 'flow_viewer')
    expect(await vera.calls('POST /flows')).toBe('not_granted')
    vera.assign('flow_viewer', 'flow_editor')
    vera.world.now += 2
    expect(await vera.calls('POST /flows')).toBe('allowed')
    expect(await vera.calls('GET /flows')).toBe('allowed')
  })

  it('is not looked for before the next sign-in, where roles take effect then', async () => {
    const uma = signedIn(catalogs['app-xchange'], 'user')
    expect(await uma.calls('POST /connectors')).toBe('not_granted')
    uma.assign('user', 'connector_author')
    uma.world.now += 2
    expect(await uma.calls('POST /connectors')).toBe('not_granted')
    expect(uma.world.exchanges).toBe(0)
  })
})

/** Of every real catalog: what an account with a role may do and without it may not, on a route that is not strong. */
const removals = [
  ['customer-v2', ['flow_editor'], ['flow_viewer'], 'POST /flows'],
  ['app-xchange', ['user', 'connector_author'], ['user'], 'POST /connectors'],
] as const

describe('a role that was taken away', () => {
  it.each(removals)('stops working within the bound in %s, whenever roles take effect', async (...of) => {
    const [application, before, after, route] = of
    const pia = signedIn(catalogs[application], ...before)
    expect(await pia.calls(route)).toBe('allowed')
    pia.take(...after)
    pia.world.now += 10
    await pia.calls(route)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await pia.calls(route)).toBe('not_granted')
    expect(pia.world.exchanges).toBeGreaterThan(0)
  })

  it.each([
    ['customer-v2', ['flow_publisher'], ['flow_viewer'], 'POST /flows/{flowId}/publish'],
    ['app-xchange', ['administrator'], ['user'], 'PUT /users/{userId}/roles'],
  ] as const)('stops working at once on a strong route of %s, whenever roles take effect', async (...of) => {
    const [application, before, after, route] = of
    const pia = signedIn(catalogs[application], ...before)
    expect(await pia.calls(route)).toBe('allowed')
    pia.assign(...after)
    expect(await pia.calls(route)).toBe('not_granted')
  })

  it.each(Object.keys(catalogs) as (keyof typeof catalogs)[])(
    'stops working at once anywhere in %s, if that is its policy',
    async (application) => {
      const compiled = catalogs[application]
      const { catalog } = compiled
      const policy = { ...catalog.policy, assignmentTakesEffect: 'immediately' } as const
      const { routes } = toDecisionCatalog({ ...compiled, catalog: { ...catalog, policy } })
      expect(routes.every(([, , , flags]) => (flags & 1) === 1)).toBe(true)
      const strong = Object.values(catalog.routes).filter((route) => route.freshness === 'strong').length
      expect(
        toDecisionCatalog({ ...compiled, catalog }).routes.filter(([, , , flags]) => (flags & 1) === 1),
      ).toHaveLength(strong)
    },
  )
})

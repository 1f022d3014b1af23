import { fc, test } from '@fast-check/vitest'
import { catalogs } from '@rolecast/catalogs'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { type DecisionIndex, decideOnRoute, type IndexedRoute, indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import { findRoute } from '@rolecast/core/domain/routes/find-route'
import { describe, expect, it } from 'vitest'
import { stageArn } from '../../../../test/support/authorizer.ts'
import { evaluatePolicy } from '../../../../test/support/rest-gateway.ts'
import { type MethodArn, readMethodArn } from './method-arn.ts'
import { allowOnly, denyOnly, RestPolicies, type RestPolicy } from './rest-policy.ts'

function arnOf(request: string): MethodArn {
  const arn = readMethodArn(`${stageArn}/${request}`)
  if (arn === undefined) throw new Error(`${request} makes no method ARN`)
  return arn
}

const answer = (policy: RestPolicy, request: string) => evaluatePolicy(policy, `${stageArn}/${request}`)

type Route = DecisionCatalog['routes'][number]

/** An index whose permissions are the routes themselves. */
function indexOf(keys: readonly string[], strong: readonly string[] = []): DecisionIndex {
  const routes = keys.map((key): Route => {
    const [method = '', path = ''] = key.split(' ')
    return [method, path, key, strong.includes(key) ? 1 : 0]
  })
  return indexCatalog({ application: 'x', epochs: [keys.length], keys, qualifiers: {}, gated: [], routes })
}

function policyFor(index: DecisionIndex, granted: readonly string[], request: string, allowed: boolean): RestPolicy {
  const isGranted = ({ permission }: IndexedRoute) => granted.includes(permission)
  return new RestPolicies(index.routes).forAll(isGranted, { arn: arnOf(request), allowed })
}

describe('a policy over all routes', () => {
  it('allows what is granted and denies the rest, whichever route was asked for', () => {
    const index = indexOf(['GET /flows', 'GET /flows/{id}', 'GET /flows/{id}/runs', 'POST /flows', 'GET /'])
    const granted = ['GET /flows/{id}', 'POST /flows', 'GET /']
    for (const [request, allowed] of [
      ['GET/flows/1', true],
      ['GET/flows', false],
    ] as const) {
      const policy = policyFor(index, granted, request, allowed)
      expect(answer(policy, 'GET/flows/1')).toBe('allow')
      expect(answer(policy, 'POST/flows')).toBe('allow')
      expect(answer(policy, 'GET/')).toBe('allow')
      expect(answer(policy, 'GET/flows')).not.toBe('allow')
      expect(answer(policy, 'GET/flows/1/runs')).toBe('explicit deny')
      expect(answer(policy, 'PUT/flows/1')).toBe('implicit deny')
    }
  })

  it('folds patterns that others include', () => {
    const index = indexOf(['GET /flows/{id}', 'GET /flows/{id}/runs', 'GET /flows/{id}/runs/{run}', 'GET /flows'])
    const { Statement } = policyFor(index, [...index.routes.map(({ permission }) => permission)], 'GET/flows', true)
    expect(Statement[0]?.Resource).toEqual([`${stageArn}/GET/flows/*`, `${stageArn}/GET/flows`])
  })

  it('keeps strong routes out, even under a pattern that would match them', () => {
    const index = indexOf(['GET /flows/{id}', 'GET /flows/{id}/secrets'], ['GET /flows/{id}/secrets'])
    const policy = policyFor(index, ['GET /flows/{id}', 'GET /flows/{id}/secrets'], 'GET/flows/1', true)
    expect(answer(policy, 'GET/flows/1')).toBe('allow')
    expect(answer(policy, 'GET/flows/1/secrets')).toBe('explicit deny')
  })

  it('gives up a pattern whose exceptions would hit what is granted, but for the request itself', () => {
    const index = indexOf(['GET /{a}/x/{b}', 'GET /{a}/{b+}', 'GET /y/{c+}', 'POST /z'])
    const granted = ['GET /{a}/x/{b}', 'POST /z']
    const policy = policyFor(index, granted, 'GET/1/x/2', true)
    expect(answer(policy, 'GET/1/x/2')).toBe('allow')
    expect(answer(policy, 'POST/z')).toBe('allow')
    expect(answer(policy, 'GET/y/x/2')).not.toBe('allow')
  })

  it('denies paths that somebody may read in another way', () => {
    const index = indexOf(['GET /flows/{id}', 'GET /files/{path+}', 'GET /'])
    const policy = policyFor(
      index,
      index.routes.map(({ permission }) => permission),
      'GET/',
      true,
    )
    const odd = [
      'GET/flows/',
      'GET/flows//1',
      'GET/flows/a%2Fb',
      'GET/flows/a%2fb',
      'GET/flows/%5c',
      'GET/files/%2e%2E/x',
      'GET/files/a/',
      'GET//',
    ]
    for (const request of odd) expect([request, answer(policy, request)]).toEqual([request, 'explicit deny'])
    for (const request of ['GET/flows/a%20b', 'GET/files/a/b', 'GET/']) expect(answer(policy, request)).toBe('allow')
  })

  it('speaks of one request only when all would be too long', () => {
    const index = indexOf(Array.from({ length: 200 }, (_, at) => `GET /a-resource-with-a-long-name-${at}/{id}`))
    const granted = index.routes.map(({ permission }) => permission)
    const allowing = policyFor(index, granted, 'GET/a-resource-with-a-long-name-1/7', true)
    expect(allowing).toEqual(allowOnly(arnOf('GET/a-resource-with-a-long-name-1/7')))
    const denying = policyFor(index, granted, 'GET/a-resource-with-a-long-name-1/7', false)
    expect(denying).toEqual(denyOnly(arnOf('GET/a-resource-with-a-long-name-1/7')))
  })

  it('speaks of one request only when a pattern is longer than a gateway takes', () => {
    const index = indexOf([`GET /${'x'.repeat(500)}/{id}`, 'GET /flows'])
    expect(policyFor(index, ['GET /flows'], 'GET/flows', true)).toMatchObject({ Statement: [{}, {}] })
    const all = index.routes.map(({ permission }) => permission)
    expect(policyFor(index, all, 'GET/flows', true)).toEqual(allowOnly(arnOf('GET/flows')))
  })
})

describe('a policy for one request', () => {
  it('names it, and nothing else is allowed', () => {
    const policy = allowOnly(arnOf('DELETE/flows/1'))
    expect([
      answer(policy, 'DELETE/flows/1'),
      answer(policy, 'DELETE/flows/2'),
      answer(policy, 'DELETE/flows/1/x'),
    ]).toEqual(['allow', 'implicit deny', 'implicit deny'])
  })

  it.each([
    'DELETE/flows/*',
    'DELETE/flows/?',
    `DELETE/flows/$\{aws:username}`,
    'DELETE/flows/{x}',
    `DELETE/${'x'.repeat(600)}`,
  ])('denies everything when the name would mean more than itself: %s', (request) => {
    const policy = allowOnly(arnOf(request))
    for (const each of [request, 'DELETE/flows/1', 'GET/flows']) expect(answer(policy, each)).toBe('explicit deny')
  })
})

const segment = fc.constantFrom('a', 'b', 'c', '{x}')
const path = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.boolean())
  .map(([segments, greedy]) => [
    ...segments.map((each, at) => (each === '{x}' ? `{x${at}}` : each)),
    ...(greedy ? ['{rest+}'] : []),
  ])
  .map((segments) => `/${segments.join('/')}`)
const routeKeys = fc.uniqueArray(
  fc.tuple(fc.constantFrom('GET', 'POST'), path).map(([method, each]) => `${method} ${each}`),
  {
    minLength: 1,
    maxLength: 9,
    // Two spellings of one path are refused when the catalog is built.
    selector: (key) => key.replace(/\{[^}]+?(\+?)\}/g, '{$1}'),
  },
)
const request = fc
  .tuple(
    fc.constantFrom('GET', 'POST'),
    fc.array(fc.constantFrom('a', 'b', 'c', 'd', '1', 'a%20b', '', '%2F', '.', 'a*'), { maxLength: 5 }),
  )
  .map(([method, segments]) => `${method}/${segments.join('/')}`)

describe('for any catalog, grant and request', () => {
  test.prop(
    [
      routeKeys,
      fc.array(fc.nat()),
      fc.array(fc.nat(), { maxLength: 2 }),
      request,
      fc.array(request, { minLength: 20, maxLength: 40 }),
    ],
    {
      numRuns: 400,
    },
  )(
    'a policy allows only requests whose route is granted, also when it is replayed',
    (keys, grants, strongAt, asked, others) => {
      const strong = strongAt.map((at) => keys[at % keys.length] ?? '')
      const index = indexOf(keys, strong)
      const granted = grants.map((at) => keys[at % keys.length] ?? '')
      const allows = ({ method, path: requested }: MethodArn) => {
        const route = findRoute(index, { method, path: requested })
        return route !== undefined && granted.includes(route.permission) && !route.strong
      }
      const arn = arnOf(asked)
      const policy = policyFor(index, granted, asked, allows(arn))
      // A request that cannot be named exactly may be denied although its route is granted; never the other way round.
      if (!asked.includes('*') || !allows(arn)) expect(answer(policy, asked) === 'allow', asked).toBe(allows(arn))
      for (const other of others) {
        const known = findRoute(index, arnOf(other))
        // What no route of the catalog takes, the gateway answers itself; only an ambiguous path could reach a route.
        const reachable = known !== undefined || /\/\/|[a-z0-9*]\/$|%2F/.test(other)
        if (reachable && answer(policy, other) === 'allow') expect(allows(arnOf(other)), other).toBe(true)
      }
      expect(JSON.stringify(policy).length).toBeLessThanOrEqual(8192)
    },
  )
})

describe.each(Object.entries<CompiledCatalog>(catalogs))('the catalog of %s', (_, compiled) => {
  const index = indexCatalog(toDecisionCatalog(compiled))
  const policies = new RestPolicies(index.routes)
  const requestOf = ({ method, path: template }: IndexedRoute) => `${method}${template.replace(/\{[^}]+\}/g, '1')}`

  it('has policies that say the same of every route as the decision itself, for every predefined role', () => {
    for (const [role, { closure }] of compiled.roles) {
      const grant: Grant = {
        application: compiled.application,
        epoch: compiled.epoch,
        kind: 'roles',
        permissions: closure,
        gates: [],
      }
      const isGranted = (route: IndexedRoute) => decideOnRoute(index, grant, route).allowed
      for (const asked of index.routes.filter((route) => !route.strong)) {
        const policy = policies.forAll(isGranted, { arn: arnOf(requestOf(asked)), allowed: isGranted(asked) })
        expect(JSON.stringify(policy).length).toBeLessThan(6000)
        const said = index.routes.map((route) => answer(policy, requestOf(route)) === 'allow')
        expect(said, `${role} ${requestOf(asked)}`).toEqual(
          index.routes.map((route) => isGranted(route) && !route.strong),
        )
      }
    }
  })
})

import { fc, test } from '@fast-check/vitest'
import { type IndexedRoute, indexCatalog } from '@rolecast/core/domain/grant/decide'
import { encodedLiterals } from '@rolecast/core/domain/routes/encoded-literals'
import { findRoute } from '@rolecast/core/domain/routes/find-route'
import { describe, expect, it } from 'vitest'
import { evaluatePolicy } from '../../../../infra/local/gateway/authorizer/policy.ts'
import { type MethodArn, readMethodArn } from './method-arn.ts'
import { allowOnly, RestPolicies, type RestPolicy } from './rest-policy.ts'

const stage = 'arn:aws:execute-api:us-east-1:123456789012:abc/v1'

function arnOf(request: string): MethodArn {
  const arn = readMethodArn(`${stage}/${request}`)
  if (arn === undefined) throw new Error(`${request} makes no method ARN`)
  return arn
}

/** An index whose permissions are the routes themselves. */
function indexOf(paths: readonly string[]) {
  const keys = paths.map((path) => `GET ${path}`)
  const routes = paths.map((path, at) => ['GET', path, keys[at] ?? '', 0] as const)
  return indexCatalog({ application: 'x', epochs: [keys.length], keys, qualifiers: {}, gated: [], routes })
}

function policyFor(paths: readonly string[], granted: readonly string[], request: string): RestPolicy {
  const isGranted = ({ path }: IndexedRoute) => granted.includes(path)
  return new RestPolicies(indexOf(paths).routes).forAll(isGranted, { arn: arnOf(request), allowed: true })
}

function allows({ Statement }: RestPolicy, request: string): boolean {
  const statements = Statement.map(({ Effect, Action, Resource }) => ({
    effect: Effect,
    actions: [Action],
    resources: Resource,
  }))
  return evaluatePolicy({ statements }, `${stage}/${request}`) === 'allowed'
}

const flows = ['/flows/{id}', '/flows/{id}/runs', '/flows/{id}/steps/{step}']

describe('a policy that is replayed by a gateway that decodes', () => {
  it('does not let an encoded literal past its denial', () => {
    const policy = policyFor(flows, ['/flows/{id}'], 'GET/flows/1')
    for (const odd of ['%72uns', 'r%75ns', 'run%73', '%72%75%6e%73', '%72%75%6E%73']) {
      expect(allows(policy, `GET/flows/1/${odd}`), odd).toBe(false)
    }
    expect(allows(policy, 'GET/flows/1')).toBe(true)
    expect(allows(policy, 'GET/flows/a%20b')).toBe(true)
  })

  it('leaves encoded names alone where nothing is denied', () => {
    const policy = policyFor(flows, flows, 'GET/flows/1')
    expect(allows(policy, 'GET/flows/1/steps/a%20b')).toBe(true)
  })

  it('speaks of one request only where that has an encoded name behind the place of a denied literal', () => {
    const granted = ['/flows/{id}', '/flows/{id}/steps/{step}']
    const all = [...granted, '/flows/{id}/runs/{run}']
    const request = 'GET/flows/1/steps/a%20b'
    expect(policyFor(all, granted, request)).toEqual(allowOnly(arnOf(request)))
    expect(allows(policyFor(all, granted, 'GET/flows/1'), 'GET/flows/1/steps/2')).toBe(true)
  })
})

it.each<[readonly string[], readonly string[], readonly string[]]>([
  [['GET/flows/*'], ['GET/flows/*/runs', 'GET/flows/*/steps/*'], ['GET/flows/*/*%*']],
  [['GET/reports/*'], ['GET/reports/export'], ['GET/reports/*%*']],
  [['GET/flows/*'], ['GET/*/mine/runs'], ['GET/flows/*%*']],
  [['GET/flows'], ['GET/flows/*/runs'], []],
  [['GET/flows/*'], ['POST/flows/*/runs', 'GET/users/me'], []],
  [['GET/*'], ['GET/'], []],
])('where %j is allowed and %j denied, %j is denied too', (allowed, denied, encoded) => {
  expect(encodedLiterals(allowed, denied)).toEqual(encoded)
})

const segments = fc.array(fc.constantFrom('ab', 'cd', 'ef', '{x}'), { minLength: 1, maxLength: 4 })
const path = segments.map((all) => `/${all.map((each, at) => (each === '{x}' ? `{x${at}}` : each)).join('/')}`)
const paths = fc.uniqueArray(path, {
  minLength: 2,
  maxLength: 8,
  selector: (each) => each.replace(/\{[^}]+\}/g, '{x}'),
})
const encodedSegment = fc
  .tuple(fc.constantFrom('ab', 'cd', 'ef', 'zz'), fc.constantFrom('none', 'first', 'last', 'all'))
  .map(([text, which]) => encode(text, which))
const request = fc.array(encodedSegment, { minLength: 1, maxLength: 4 }).map((all) => `GET/${all.join('/')}`)

function encode(text: string, which: string): string {
  const encoded = (at: number) => which === 'all' || (which === 'first' ? at === 0 : which === 'last' && at > 0)
  return [...text].map((each, at) => (encoded(at) ? `%${each.charCodeAt(0).toString(16)}` : each)).join('')
}

test.prop(
  [paths, fc.array(fc.nat(), { minLength: 1 }), fc.nat(), fc.array(request, { minLength: 30, maxLength: 60 })],
  {
    numRuns: 500,
  },
)('for any catalog and grant, no encoding opens a route', (all, grants, start, requests) => {
  const granted = grants.map((at) => all[at % all.length] ?? '')
  const asked = granted[start % granted.length] ?? ''
  const policy = policyFor(all, granted, `GET${asked.replace(/\{[^}]+\}/g, 'zz')}`)
  const index = indexOf(all)
  for (const each of requests) {
    const reached = findRoute(index, { method: 'GET', path: decodeURIComponent(each.slice('GET'.length)) })
    if (reached !== undefined && allows(policy, each)) expect(granted, each).toContain(reached.path)
  }
})

import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { Route } from './catalog.ts'
import { findIndistinct } from './rest-policy-limits.ts'
import { type ReadRoute, segmentsOf } from './route-key.ts'

const read = (path: string, route: Partial<Route> = {}): ReadRoute => ({
  key: `GET ${path}`,
  method: 'GET',
  segments: segmentsOf(path) ?? [],
  route: { permission: path, ...route },
})

/** What a REST API does, told another way: a tree of resources, walked without turning back. */
function gatewayPicks(paths: readonly string[], request: string): string | undefined {
  let prefix = ''
  for (const text of request.slice(1).split('/')) {
    const next = [`${prefix}/${text}`, `${prefix}/{x}`].find((place) =>
      paths.some((path) => path === place || path.startsWith(`${place}/`)),
    )
    if (next === undefined) return undefined
    prefix = next
  }
  return paths.find((path) => path === prefix)
}

const arnFits = (path: string, request: string): boolean =>
  new RegExp(`^${path.replaceAll('{x}', '.*')}$`).test(request)

const texts = ['a', 'b', 'z']
const requests = texts.flatMap((one) => [
  `/${one}`,
  ...texts.flatMap((two) => [
    `/${one}/${two}`,
    ...texts.flatMap((three) => [
      `/${one}/${two}/${three}`,
      ...texts.flatMap((four) => [`/${one}/${two}/${three}/${four}`]),
    ]),
  ]),
])

/** Whether, for some set of granted routes, the policy refuses a request that is granted or allows one that is not. */
function policyFails(paths: readonly string[]): boolean {
  const picked = requests.map((request) => ({ request, path: gatewayPicks(paths, request) }))
  const served = picked.filter((entry): entry is { request: string; path: string } => entry.path !== undefined)
  for (let chosen = 0; chosen < 1 << paths.length; chosen++) {
    const granted = paths.filter((_, index) => chosen & (1 << index))
    const denies = paths.filter(
      (path) =>
        !granted.includes(path) &&
        served.some((entry) => entry.path === path && granted.some((other) => arnFits(other, entry.request))),
    )
    for (const { request, path } of served) {
      const allowed =
        granted.some((other) => arnFits(other, request)) && !denies.some((other) => arnFits(other, request))
      if (allowed !== granted.includes(path)) return true
    }
  }
  return false
}

const path = fc
  .array(fc.constantFrom('a', 'b', '{x}'), { minLength: 1, maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`)

describe('what a REST policy cannot tell apart', () => {
  property.prop([fc.uniqueArray(path, { minLength: 1, maxLength: 4 })], { numRuns: 300 })(
    'is found exactly where some policy goes wrong',
    (paths) => {
      const readable = paths.map((one) => read(one.replaceAll('{x}', '{p}')))
      // Names of parameters may not repeat in a path; the shape is what counts here.
      const routes = readable.map((route, index) => ({
        ...route,
        segments: (paths[index] ?? '')
          .slice(1)
          .split('/')
          .map((text) =>
            text === '{x}' ? ({ kind: 'parameter', name: 'x' } as const) : ({ kind: 'literal', text } as const),
          ),
      }))
      expect(findIndistinct(routes).length > 0).toBe(policyFails(paths))
    },
  )

  test('leaves out routes that are always answered alike', () => {
    const three = ['/a/{x}', '/a/{x}/b', '/a/{x}/c/{y}/b'] as const
    expect(findIndistinct(three.map((one) => read(one)))).toMatchObject([
      { evidence: { denied: 'GET /a/{x}/b', granted: 'GET /a/{x}/c/{y}/b', covering: 'GET /a/{x}' } },
    ])
    expect(findIndistinct([read(three[0]), read(three[1]), read(three[2], { permission: three[1] })])).toEqual([])
    expect(findIndistinct([read(three[0]), read(three[1], { freshness: 'strong' }), read(three[2])])).toEqual([])
  })

  test('knows greedy paths, which take what others leave', () => {
    const found = findIndistinct([read('/{any+}'), read('/a/{x}/b')])
    expect(found).toMatchObject([
      { evidence: { denied: 'GET /{any+}', granted: 'GET /a/{x}/b', covering: 'GET /a/{x}/b' } },
      { evidence: { denied: 'GET /a/{x}/b', granted: 'GET /{any+}', covering: 'GET /{any+}' } },
    ])
    expect(findIndistinct([read('/{any+}'), read('/a/b')])).toEqual([])
  })
})

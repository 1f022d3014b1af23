import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { buildRouter, matchPath, matchRouteKey, type RoutePattern } from './match.ts'

const route = (key: string): RoutePattern => {
  const [method = '', path = ''] = key.split(' ')
  return { method, path }
}
const keyOf = (found: RoutePattern | undefined) => found && `${found.method} ${found.path}`

const router = buildRouter(
  [
    'GET /',
    'GET /flows',
    'POST /flows',
    'GET /flows/{flowId}',
    'DELETE /flows/{flowId}',
    'POST /flows/export',
    'GET /flows/export',
    'POST /flows/{flowId}/publish',
    'GET /files/{rest+}',
    'GET /files/{name}/meta',
    'ANY /health',
    'PUT /health',
  ].map(route),
)
const match = (method: string, path: string) => keyOf(matchPath(router, method, path))

describe('a path', () => {
  it.each([
    ['GET', '/', 'GET /'],
    ['GET', '/flows', 'GET /flows'],
    ['POST', '/flows', 'POST /flows'],
    ['GET', '/flows/42', 'GET /flows/{flowId}'],
    ['GET', '/flows/a%20b', 'GET /flows/{flowId}'],
    ['GET', '/flows/caf%C3%A9', 'GET /flows/{flowId}'],
    ['GET', "/flows/a;b=c,d:e@f!$&'()*+=~", 'GET /flows/{flowId}'],
    ['GET', '/flows/export', 'GET /flows/export'],
    ['POST', '/flows/export', 'POST /flows/export'],
    ['POST', '/flows/42/publish', 'POST /flows/{flowId}/publish'],
    ['POST', '/flows/export/publish', 'POST /flows/{flowId}/publish'],
    ['GET', '/files/a', 'GET /files/{rest+}'],
    ['GET', '/files/a/b/c', 'GET /files/{rest+}'],
    ['GET', '/files/a/meta', 'GET /files/{name}/meta'],
    ['GET', '/files/a/meta/b', 'GET /files/{rest+}'],
    ['PUT', '/health', 'PUT /health'],
    ['PATCH', '/health', 'ANY /health'],
  ])('%s %s is answered by %s', (method, path, key) => {
    expect(match(method, path)).toBe(key)
  })

  it.each([
    ['another method', 'PUT', '/flows'],
    ['a method in lower case', 'get', '/flows'],
    ['a method the more specific path does not take', 'DELETE', '/flows/export'],
    ['no slash', 'GET', 'flows'],
    ['nothing', 'GET', ''],
    ['a trailing slash', 'GET', '/flows/'],
    ['a trailing slash behind a parameter', 'GET', '/flows/42/'],
    ['a trailing slash behind a greedy parameter', 'GET', '/files/a/'],
    ['a greedy parameter without anything', 'GET', '/files'],
    ['two slashes', 'GET', '//flows'],
    ['two slashes inside', 'POST', '/flows//publish'],
    ['two slashes in a greedy part', 'GET', '/files/a//b'],
    ['a dot segment', 'GET', '/./flows'],
    ['a dot segment for a parameter', 'GET', '/flows/.'],
    ['a double dot segment', 'GET', '/flows/..'],
    ['a way up', 'POST', '/flows/42/../publish'],
    ['an encoded dot segment', 'GET', '/flows/%2e%2E'],
    ['an encoded slash', 'GET', '/flows/a%2Fb'],
    ['an encoded slash in lower case', 'GET', '/flows/a%2fb'],
    ['a doubly encoded slash', 'GET', '/flows/a%252Fb'],
    ['an encoded backslash', 'GET', '/flows/a%5Cb'],
    ['a backslash', 'GET', '/flows\\42'],
    ['an encoded letter of a literal', 'GET', '/flow%73'],
    ['an encoded letter of a literal that a parameter could take', 'GET', '/flows/exp%6Frt'],
    ['an encoded null', 'GET', '/flows/a%00'],
    ['an encoded line end', 'GET', '/flows/a%0a'],
    ['a broken encoding', 'GET', '/flows/a%2'],
    ['an encoding that is none', 'GET', '/flows/a%zz'],
    ['a query', 'GET', '/flows?x=1'],
    ['a fragment', 'GET', '/flows#x'],
    ['a space', 'GET', '/flows/a b'],
    ['a raw letter beyond ASCII', 'GET', '/flows/é'],
    ['upper case', 'GET', '/FLOWS'],
    ['upper case of a later segment', 'POST', '/flows/42/Publish'],
    ['a segment too many', 'POST', '/flows/42/publish/now'],
    ['a matrix parameter', 'GET', '/flows;x=1'],
    ['the route template', 'GET', '/flows/{flowId}'],
  ])('with %s matches nothing', (_, method, path) => {
    expect(match(method, path)).toBeUndefined()
  })

  it('does not find members of Object.prototype', () => {
    expect(match('constructor', '/flows')).toBeUndefined()
    expect(match('GET', '/__proto__')).toBeUndefined()
  })
})

describe('a route key', () => {
  it('is found as the catalog spells it, and in no other way', () => {
    expect(keyOf(matchRouteKey(router, 'GET /flows/{flowId}'))).toBe('GET /flows/{flowId}')
    for (const key of ['GET /flows/{id}', 'GET /flows/42', 'get /flows', 'GET  /flows', '$default', 'constructor']) {
      expect(matchRouteKey(router, key)).toBeUndefined()
    }
  })
})

describe('building a router', () => {
  it('refuses two routes for the same requests', () => {
    expect(() => buildRouter([route('GET /a/{x}'), route('GET /a/{y}')])).toThrow('the same requests')
  })

  it.each(['GET a', 'GET /a//b', 'GET /{a+}/b', 'GET /a/', 'GET /%61'])('refuses the path of %s', (key) => {
    expect(() => buildRouter([route(key)])).toThrow('every gateway')
  })
})

const segment = fc.constantFrom('a', 'b', '{x}', '{y}')
const pattern = fc
  .tuple(fc.constantFrom('GET', 'POST', 'ANY'), fc.array(segment, { maxLength: 3 }), fc.boolean())
  .map(([method, segments, greedy]) => {
    const named = segments.map((text, at) => (text.startsWith('{') ? `{p${at}}` : text))
    return { method, path: `/${[...named, ...(greedy ? ['{rest+}'] : [])].join('/')}` }
  })
const patterns = fc.uniqueArray(pattern, { maxLength: 8, selector: ({ method, path }) => `${method} ${path}` })

/** By the definition: all paths that fit, the most specific of them (literal, parameter, greedy, from the left), then the method. */
function bruteForce(routes: readonly RoutePattern[], method: string, path: string): string | undefined {
  const rank = ({ path: text }: RoutePattern) =>
    text
      .split('/')
      .map((part) => (part.endsWith('+}') ? '2' : part.startsWith('{') ? '1' : '0'))
      .join('')
  const fitting = routes.filter(({ path: text }) => {
    const source = text.replaceAll(/\{\w+\+\}/g, '[ab/]*[ab]').replaceAll(/\{\w+\}/g, '[ab]+')
    return new RegExp(`^${source}$`).test(path)
  })
  const [best] = fitting.map(rank).sort()
  const there = fitting.filter((candidate) => rank(candidate) === best)
  return keyOf(there.find((candidate) => candidate.method === method) ?? there.find((one) => one.method === 'ANY'))
}

describe('matching', () => {
  const concrete = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
  test.prop([patterns, fc.constantFrom('GET', 'POST', 'PUT'), concrete], { numRuns: 1_000 })(
    'finds the most specific route, as its definition does',
    (routes, method, path) => {
      expect(keyOf(matchPath(buildRouter(routes), method, path))).toBe(bruteForce(routes, method, path))
    },
  )

  const values = fc.constantFrom('42', 'a-b_c.d~e', 'x')
  const mutations: Record<string, (path: string, at: number) => string> = {
    'a trailing slash': (path) => `${path}/`,
    'a doubled slash': (path, at) => doubled(path, at, '//'),
    'a dot segment': (path, at) => doubled(path, at, '/./'),
    'a way up and down again': (path, at) => doubled(path, at, '/x/../'),
    'an encoded slash': (path, at) => doubled(path, at + 1, '%2F'),
    'an encoded slash in lower case': (path, at) => doubled(path, at + 1, '%2f'),
    'a doubly encoded slash': (path, at) => doubled(path, at + 1, '%252f'),
    'a backslash': (path, at) => doubled(path, at + 1, '\\'),
    'a letter encoded': (path, at) => encodeLetter(path, at),
    'a null at the end': (path) => `${path}%00`,
    'a semicolon without a slash': (path) => `${path.replaceAll('/', ';')}`,
  }
  for (const [what, mutate] of Object.entries(mutations)) {
    test.prop([fc.constantFrom(...[...router.byKey.values()]), fc.infiniteStream(values), fc.nat()])(
      `a path with ${what} never matches`,
      ({ method, path }, stream, at) => {
        const request = path.replaceAll(/\{\w+\+?\}/g, () => stream.next().value ?? 'x')
        const mutated = mutate(request, at)
        fc.pre(mutated !== request)
        expect(matchPath(router, method, request)).toBeDefined()
        expect(matchPath(router, method, mutated)).toBeUndefined()
      },
    )
  }
})

/** Replaces one of the slashes of a path; never the first one when `at` says so and there is another. */
function doubled(path: string, at: number, replacement: string): string {
  const parts = path.split('/')
  const cut = 1 + (at % (parts.length - 1))
  return parts.slice(0, cut).join('/') + replacement + parts.slice(cut).join('/')
}

function encodeLetter(path: string, at: number): string {
  const letters = [...path].flatMap((letter, index) => (/[A-Za-z0-9]/.test(letter) ? [index] : []))
  const index = letters[at % Math.max(letters.length, 1)]
  if (index === undefined) return path
  return `${path.slice(0, index)}%${path.charCodeAt(index).toString(16)}${path.slice(index + 1)}`
}

import { afterEach, describe, expect, it, vi } from 'vitest'
import { applyPermissions, loadSession, Session, type SessionAnswer, SessionError } from './browser.ts'

const answer: SessionAnswer = {
  application: 'shop',
  organization: 'acme',
  account: 'ann',
  permissions: ['orders.view', 'orders.approve'],
  qualified: ['flow/design[draft]', 'flow/design[published]'],
  gates: [],
  features: ['refunds'],
  defaultFull: false,
  expiresAt: 4_000_000_000,
  revision: [7, 3],
}

/** An element as far as the helper uses one. */
function element(permission: string, mode?: string) {
  const attributes = new Map([
    ['data-permission', permission],
    ...(mode ? [['data-permission-mode', mode] as const] : []),
  ])
  return {
    hidden: false,
    attributes,
    getAttribute: (name: string) => attributes.get(name) ?? null,
    setAttribute: (name: string, value: string) => attributes.set(name, value),
    toggleAttribute: (name: string, on: boolean) => (on ? attributes.set(name, '') : attributes.delete(name)),
  }
}

function page(...elements: ReturnType<typeof element>[]): ParentNode {
  return { querySelectorAll: (selector: string) => (selector === '[data-permission]' ? elements : []) } as never
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('applyPermissions', () => {
  const session = new Session(answer)

  it('shows what is allowed and hides the rest', () => {
    const [allowed, refused, unknown] = [element('orders.approve'), element('orders.refund'), element('')]
    applyPermissions(page(allowed, refused, unknown), session)
    expect([allowed.hidden, refused.hidden, unknown.hidden]).toEqual([false, true, true])
  })

  it('shows again what a later session allows', () => {
    const control = element('orders.refund')
    applyPermissions(page(control), session)
    applyPermissions(page(control), new Session({ ...answer, permissions: ['orders.refund'] }))
    expect(control.hidden).toBe(false)
  })

  it('hides everything while the session is not known or has expired', () => {
    for (const none of [undefined, new Session({ ...answer, expiresAt: 1 })]) {
      const controls = [element('orders.approve'), element('flow/design', 'hide-sometimes')]
      applyPermissions(page(...controls), none)
      expect(controls.map(({ hidden }) => hidden)).toEqual([true, true])
    }
  })

  it('disables where the page asks for that', () => {
    const [allowed, refused] = [element('orders.approve', 'disable'), element('orders.refund', 'disable')]
    applyPermissions(page(allowed, refused), session)
    expect(
      [allowed, refused].map(({ hidden, attributes }) => [
        hidden,
        attributes.has('disabled'),
        attributes.get('aria-disabled'),
      ]),
    ).toEqual([
      [false, false, 'false'],
      [false, true, 'true'],
    ])
  })

  it('shows what is allowed for some resources only where the page says so', () => {
    const [always, sometimes, held] = [
      element('flow/design'),
      element('flow/design', 'hide-sometimes'),
      element('orders.view', 'disable-sometimes'),
    ]
    applyPermissions(page(always, sometimes, held), session)
    expect([always.hidden, sometimes.hidden, held.attributes.has('disabled')]).toEqual([true, false, false])
  })
})

describe('loadSession', () => {
  function serve(status: number, body: unknown) {
    const fetch = vi.fn(
      async (..._: [string, { headers: object }]) =>
        new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
    )
    vi.stubGlobal('fetch', fetch)
    return fetch
  }

  it('asks with the token and becomes a session', async () => {
    const fetch = serve(200, answer)
    const session = await loadSession<'orders.view' | 'orders.refund'>('https://tokens.example/session', 'a.b.c')
    expect([session.can('orders.view'), session.can('orders.refund')]).toEqual([true, false])
    expect(session.answer).toEqual(answer)
    expect(fetch.mock.calls[0]?.[1].headers).toMatchObject({ authorization: 'Bearer a.b.c' })
  })

  it('shows the problem that the service names', async () => {
    serve(403, { type: 'urn:x', title: 'The account is not active', status: 403, detail: 'Ask.', code: 'inactive' })
    const error = await loadSession('https://tokens.example/session', 'x').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({ status: 403, code: 'inactive', message: 'The account is not active', detail: 'Ask.' })
  })

  it.each<[string, number, unknown]>([
    ['an answer that is no JSON', 200, '<html>'],
    ['an answer that is no session', 200, { ...answer, permissions: 'all' }],
    ['a session without an end', 200, { ...answer, expiresAt: undefined }],
    ['a list', 200, []],
    ['null', 200, null],
    ['an error that names no problem', 502, 'Bad Gateway'],
    ['a problem of wrong types', 500, { code: 5, title: null }],
  ])('is no session: %s', async (_, status, body) => {
    serve(status, body)
    await expect(loadSession('https://tokens.example/session', 'x')).rejects.toMatchObject({
      code: 'unreadable_answer',
      status,
    })
  })

  it('says when there was no answer at all', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
    await expect(loadSession('https://tokens.example/session', 'x')).rejects.toMatchObject({
      code: 'network',
      status: 0,
    })
  })
})

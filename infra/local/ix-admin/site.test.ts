import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { people, rolesOnOffer } from '../demo-data.ts'
import { type LocalIxAdmin, startIxAdmin } from './server.ts'

let dataFolder: string
let server: LocalIxAdmin
let changes: AccountStatement[]

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rolecast-site-'))
  server = await startIxAdmin({ port: 0, dataFolder, clients: [], people, rolesOnOffer })
  changes = []
  server.onChange((statement) => changes.push(statement))
})
afterEach(async () => {
  await server.close()
  await rm(dataFolder, { recursive: true })
})

/** A browser that keeps its cookie and follows redirects, without scripts. */
class Browser {
  #cookie = ''
  status = 0
  text = ''

  async open(path: string, form?: readonly (readonly [string, string])[]): Promise<this> {
    const response = await fetch(server.url + path, {
      redirect: 'manual',
      headers: { cookie: this.#cookie },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form.map(([...each]) => each)) }),
    })
    this.#cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.#cookie
    const location = response.headers.get('location')
    if (location !== null) return this.open(location)
    this.status = response.status
    this.text = await response.text()
    return this
  }

  signIn(organization: string, account: string): Promise<this> {
    return this.open('/sign-in', [
      ['organization', organization],
      ['account', account],
    ])
  }

  /** The hidden fields of the page, as a form sends them with one button pressed. */
  press(path: string, ...pressed: readonly (readonly [string, string])[]): Promise<this> {
    const hidden = [...this.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
    const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value.replaceAll('&#34;', '"')])
    return this.open(path, [...fields, ...pressed])
  }
}

const ROLES = '/people/acme-vera/roles'

describe('changing roles as the guide says', () => {
  test('log in, search, select, Manage Roles, add and remove, Save', async () => {
    const browser = await new Browser().open('/')
    expect(browser.text).toContain('Log in to iX Admin')
    await browser.signIn('acme', 'acme-olga')
    await browser.open('/people?query=vera')
    expect(browser.text).toContain('href="/people/acme-vera"')
    expect(browser.text).not.toContain('acme-edo')
    await browser.open('/people/acme-vera')
    expect(browser.text).toContain(`href="${ROLES}"`)
    await browser.open(ROLES)
    expect(browser.text).toContain('<optgroup label="iX Hello Customer v2">')
    await browser.press(ROLES, ['choice', 'customer-v2 flow_publisher'], ['add', 'yes'])
    await browser.press(ROLES, ['remove', 'customer-v2 flow_viewer'])
    expect(changes).toEqual([])
    await browser.press(ROLES, ['save', 'yes'])
    expect(browser.text).toContain('Saved.')
    expect(changes).toMatchObject([
      { account: 'acme-vera', version: 2, roles: [{ application: 'customer-v2', role: 'flow_publisher' }] },
    ])
  })

  test('of somebody whom another administrator changed meanwhile saves nothing', async () => {
    const first = await (await new Browser().signIn('acme', 'acme-olga')).open(ROLES)
    const second = await (await new Browser().signIn('acme', 'acme-olga')).open(ROLES)
    await first.press(ROLES, ['remove', 'customer-v2 flow_viewer'])
    await first.press(ROLES, ['save', 'yes'])
    await second.press(ROLES, ['save', 'yes'])
    expect([second.status, changes.length]).toEqual([409, 1])
    expect(second.text).toContain('Somebody has changed this account meanwhile')
  })

  test('to a role that nobody knows saves nothing', async () => {
    const browser = await (await new Browser().signIn('acme', 'acme-olga')).open(ROLES)
    await browser.press(ROLES, ['role', 'customer-v2 king'], ['save', 'yes'])
    expect([browser.status, changes]).toEqual([409, []])
  })

  test('is not all: an account can be made inactive and active again', async () => {
    const browser = await (await new Browser().signIn('acme', 'acme-olga')).open('/people/acme-vera')
    await browser.press('/people/acme-vera/status', ['status', 'inactive'])
    await browser.press('/people/acme-vera/status', ['status', 'active'])
    expect(changes.map((each) => [each.version, each.status])).toEqual([
      [2, 'inactive'],
      [3, 'active'],
    ])
  })
})

describe('nobody else', () => {
  test.each(['/people', '/people?query=vera', '/people/acme-vera', ROLES])('opens %s', async (path) => {
    expect((await new Browser().open(path)).status).toBe(401)
    const viewer = await new Browser().signIn('acme', 'acme-vera')
    await viewer.open(path)
    expect(viewer.status).toBe(403)
    expect(viewer.text).toContain('Organization Admin')
    expect(viewer.text).not.toContain('vera@acme.example')
  })

  test('saves, without the right or from another organization', async () => {
    const etag = /name="etag" value="([^"]+)"/.exec(
      (await (await new Browser().signIn('acme', 'acme-olga')).open(ROLES)).text,
    )?.[1]
    const form = [
      ['etag', (etag ?? '').replaceAll('&#34;', '"')],
      ['save', 'yes'],
    ] as const
    expect((await new Browser().open(ROLES, form)).status).toBe(401)
    expect((await (await new Browser().signIn('acme', 'acme-edo')).open(ROLES, form)).status).toBe(403)
    expect((await (await new Browser().signIn('globex', 'globex-olga')).open(ROLES, form)).status).toBe(404)
    expect(changes).toEqual([])
    expect((await (await new Browser().signIn('acme', 'acme-olga')).open(ROLES, form)).status).toBe(200)
    expect(changes).toHaveLength(1)
  })

  test('signs in as somebody inactive, or unknown', async () => {
    expect((await new Browser().signIn('acme', 'acme-leo')).status).toBe(403)
    expect((await new Browser().signIn('acme', 'globex-olga')).status).toBe(403)
  })

  test('stays signed in after Log out, or after being made inactive', async () => {
    const olga = await new Browser().signIn('acme', 'acme-olga')
    const self = await (await new Browser().signIn('acme', 'acme-olga')).open('/people/acme-olga')
    await self.press('/people/acme-olga/status', ['status', 'inactive'])
    expect((await olga.open('/people')).status).toBe(401)
    const other = await new Browser().signIn('globex', 'globex-olga')
    await other.open('/sign-out', [])
    expect((await other.open('/people')).status).toBe(401)
  })
})

test('what is put in is shown as text', async () => {
  const olga = await new Browser().signIn('acme', 'acme-olga')
  await olga.open(`/people?query=${encodeURIComponent('"><script>alert(1)</script>')}`)
  expect(olga.text).not.toContain('<script>')
  expect(olga.text).toContain('&#34;&#62;&#60;script&#62;')
})

test('pages run no scripts and are framed by nobody', async () => {
  const { headers } = await fetch(server.url)
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
})

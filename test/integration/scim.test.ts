/** An organization whose identity provider pushes by SCIM: from the push to the product's API, on the whole system. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { signIn } from '../../infra/local/identity-provider/sign-in.ts'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { pushScim, scimPatch } from '../support/running-system.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecast-scim-'))
let system: System

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly-scim')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const groupRoles = 'urn:rolecast:scim:schemas:extension:1.0:Group'

/** As the identity provider of the organization. */
const scim = (method: string, path: string, body?: object) => pushScim(system.running, method, path, body)

async function userNamed(userName: string): Promise<string> {
  const filter = encodeURIComponent(`userName eq "${userName}"`)
  return (await scim('GET', `/Users?filter=${filter}`)).body.Resources[0].id
}

async function tokenOf(username: string): Promise<{ readonly token?: string; readonly code?: string }> {
  const { urls, password } = system.running
  const { accessToken: subjectToken } = await signIn(urls.identityProvider, username, password)
  const body = new URLSearchParams({
    audience: 'customer-v2',
    subject_token: subjectToken,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  })
  const answer = await fetch(`${urls.tokenService}/oauth/token`, { method: 'POST', body })
  const { access_token: token, code } = (await answer.json()) as { access_token?: string; code?: string }
  return { ...(token !== undefined && { token }), ...(code !== undefined && { code }) }
}

async function ask(token: string | undefined, path = '/flows', method = 'GET'): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(system.running.urls.httpApi + path, { method, headers })).status
}

/** The bound of a removal, with room for a busy machine. */
const bound = { timeout: 30_000, interval: 250 }

describe('an organization that is pushed by SCIM', () => {
  it('has the roles that were pushed', async () => {
    expect(await ask((await tokenOf('initech.vera')).token)).toBe(200)
    expect((await tokenOf('initech.leo')).code).toBe('inactive')
  })

  it('gives a role that is pushed at the next access, and takes it within the bound', async () => {
    const { token } = await tokenOf('initech.nia')
    expect(await ask(token)).toBe(403)
    const id = await userNamed('initech.nia')
    const role = { value: '{"id":"1","value":"customer-v2/flow_viewer","displayName":"Flow Viewer"}' }
    const given = await scim('PATCH', `/Users/${id}`, scimPatch({ op: 'Add', path: 'roles', value: [role] }))
    expect(given).toMatchObject({ status: 200, body: { roles: [{ value: 'customer-v2/flow_viewer' }] } })
    await vi.waitFor(async () => expect(await ask(token)).toBe(200), bound)
    const taken = await scim('PATCH', `/Users/${id}`, scimPatch({ op: 'Remove', path: 'roles' }))
    expect(taken.status).toBe(200)
    await vi.waitFor(async () => expect(await ask(token)).toBe(403), bound)
  })

  it('shuts out who is deactivated, with the token they have', async () => {
    const { token } = await tokenOf('initech.edo')
    expect(await ask(token)).toBe(200)
    const id = await userNamed('initech.edo')
    const answer = await scim('PATCH', `/Users/${id}`, scimPatch({ op: 'Replace', path: 'active', value: 'False' }))
    expect(answer).toMatchObject({ status: 200, body: { active: false } })
    expect((await tokenOf('initech.edo')).code).toBe('inactive')
    await vi.waitFor(async () => expect(await ask(token)).toBe(403), bound)
  })

  it('gives what a group gives, until the group goes', async () => {
    const { token } = await tokenOf('initech.nia')
    const [nia, pia] = [await userNamed('initech.nia'), await userNamed('initech.pia')]
    expect(await ask(token, '/flows/1/publish', 'POST')).toBe(403)
    const made = await scim('POST', '/Groups', {
      schemas: [groupSchema, groupRoles],
      displayName: 'Publishers',
      members: [{ value: nia }, { value: pia }],
      [groupRoles]: { roles: [{ value: 'customer-v2/flow_publisher' }] },
    })
    expect(made.status).toBe(201)
    expect(made.body.members.map(({ value }: { value: string }) => value).sort()).toEqual([nia, pia].sort())
    // The authorizer lets it through, and the product has no such flow of this organization.
    await vi.waitFor(async () => expect(await ask(token, '/flows/1/publish', 'POST')).toBe(404), bound)
    expect((await scim('DELETE', `/Groups/${made.body.id}`)).status).toBe(204)
    // A strong route: the next request already.
    expect(await ask(token, '/flows/1/publish', 'POST')).toBe(403)
  })

  it('knows no client without its token', async () => {
    const { urls } = system.running
    const asked = (authorization?: string) =>
      fetch(`${urls.scim}/Users`, { headers: authorization === undefined ? {} : { authorization } })
    expect((await asked()).status).toBe(401)
    expect((await asked('Bearer made-up')).headers.get('www-authenticate')).toContain('invalid_token')
    expect((await fetch(`${urls.scim}/ServiceProviderConfig`)).status).toBe(200)
  })
})

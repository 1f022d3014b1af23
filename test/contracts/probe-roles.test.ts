/** How the probe changes a role, held against those who keep roles: our SCIM service provider, and iX Admin (stand-in). */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientTokens } from '@rolecast/core/adapters/probe/client-token'
import { IxAdminRole } from '@rolecast/core/adapters/probe/ix-admin-role'
import { ProbeRefused } from '@rolecast/core/adapters/probe/probe-refused'
import { ScimMembership } from '@rolecast/core/adapters/probe/scim-membership'
import { describe, expect, it, onTestFinished } from 'vitest'
import { people, rolesOnOffer } from '../../infra/local/demo-data.ts'
import { startIxAdmin } from '../../infra/local/ix-admin/server.ts'
import { createScimWorld, schemas } from '../conformance/scim/world.ts'

describe('a role by membership of a group, at our SCIM service provider', () => {
  async function setUp(token = 'token-of-acme') {
    const world = createScimWorld()
    const [ada, bob] = [await world.makeUser('ada'), await world.makeUser('bob')]
    const group = await world.makeGroup('Viewers', {
      schemas: [schemas.group, schemas.groupRoles],
      members: [{ value: bob.id }],
      [schemas.groupRoles]: { roles: [{ value: 'shop/viewer' }] },
    })
    const asFetch = async (url: string | URL | Request, init: RequestInit = {}) => {
      const { pathname } = new URL(String(url))
      const { authorization = '', ...headers } = Object.fromEntries(new Headers(init.headers))
      const answer = await world.call(init.method ?? 'GET', pathname.replace('/scim/v2', ''), {
        text: String(init.body),
        token: authorization.replace('Bearer ', ''),
        headers,
      })
      return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), { status: answer.status })
    }
    const membership = new ScimMembership({
      fetch: asFetch,
      deadlineMs: 1_000,
      url: 'https://scim.rolecast.example/scim/v2/',
      group: group.id,
      user: ada.id,
      token: async () => token,
    })
    const members = async () =>
      ((await world.get(`/Groups/${group.id}`)).body.members ?? []).map(({ value }: { value: string }) =>
        value === ada.id ? 'ada' : value === bob.id ? 'bob' : value,
      )
    return { membership, members }
  }

  it('is given and taken, as often as one likes, and is nobody else’s', async () => {
    const { membership, members } = await setUp()
    for (const _ of [1, 2]) {
      await membership.giveRole()
      await membership.giveRole()
      expect((await members()).sort()).toEqual(['ada', 'bob'])
      await membership.takeRole()
      await membership.takeRole()
      expect(await members()).toEqual(['bob'])
    }
  })

  it('is refused to a token of another organization, and the error repeats nothing of it', async () => {
    const { membership } = await setUp('token-of-globex')
    await expect(membership.giveRole()).rejects.toThrow(ProbeRefused)
    await expect(membership.giveRole()).rejects.toThrow(/^the SCIM service provider answered 404$/)
  })
})

describe('a role in iX Admin', () => {
  const clientSecret = 'a secret'
  async function setUp(actingAccount = 'globex-olga') {
    const folder = mkdtempSync(join(tmpdir(), 'rolecast-test-'))
    const client = { clientId: 'probe', clientSecret, scopes: ['statements:read', 'roles:write'] as const }
    const admin = await startIxAdmin({ port: 0, dataFolder: folder, people, rolesOnOffer, clients: [client] })
    onTestFinished(async () => {
      await admin.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const http = { fetch, deadlineMs: 2_000, clock: Date.now }
    const token = clientTokens({
      ...http,
      tokenUrl: `${admin.url}/oauth/token`,
      clientId: 'probe',
      clientSecret: async () => clientSecret,
    })
    const place = { url: admin.url, organization: 'globex', account: 'globex-edo', actingAccount, token }
    const role = new IxAdminRole({ ...http, ...place, application: 'customer-v2', role: 'flow_viewer' })
    const roles = async () => {
      const account = `${admin.url}/v1/organizations/globex/accounts/globex-edo`
      const answer = await fetch(account, { headers: { authorization: `Bearer ${await token()}` } })
      return ((await answer.json()) as { roles: { role: string }[] }).roles.map((each) => each.role)
    }
    return { role, roles }
  }

  it('is given and taken, as often as one likes, beside the others', async () => {
    const { role, roles } = await setUp()
    for (const _ of [1, 2]) {
      await role.giveRole()
      await role.giveRole()
      expect(await roles()).toEqual(['flow_editor', 'flow_viewer'])
      await role.takeRole()
      await role.takeRole()
      expect(await roles()).toEqual(['flow_editor'])
    }
  })

  it('is refused where who acts is no administrator', async () => {
    const { role } = await setUp('globex-vera')
    await expect(role.giveRole()).rejects.toThrow(/^iX Admin answered 403$/)
  })
})

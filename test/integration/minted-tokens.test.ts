/** What the token service mints, the SDK reads: the same permissions, whichever way they are carried. */
import { catalogs } from '@rolecast/catalogs'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { createVerifier } from '@rolecast/permission-sdk'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { people } from '../../infra/local/demo-data.ts'
import { httpApiEvent } from '../support/http-api-event.ts'
import { issuer, startTokenService, type TokenService } from '../support/token-service.ts'

let service: TokenService
/** Whose budget is so small that some grants are kept outside the token. */
let frugal: TokenService
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
  frugal = await startTokenService(inject('dynamoDbEndpoint'), { ROLECAST_CLAIM_BUDGET_BYTES: '128' })
  await frugal.rotate({})
})
afterAll(() => Promise.all([service.stop(), frugal.stop()]))

function verifierOf(by: TokenService, catalog: CompiledCatalog) {
  return createVerifier({
    issuer,
    catalog: toDecisionCatalog(catalog),
    keys: { fetch: async () => (await by.call(httpApiEvent({ path: '/.well-known/jwks.json' }))).json },
    fetchGrantDocument: async (digest) => (await by.call(httpApiEvent({ path: `/grants/${digest}` }))).text,
  })
}

async function grantOf(by: TokenService, application: string, token: string) {
  const catalog = new Map<string, CompiledCatalog>(Object.entries(catalogs)).get(application)
  if (catalog === undefined) throw new Error(`no catalog of ${application}`)
  const verified = await verifierOf(by, catalog).verify(token)
  if (!verified.ok) throw new Error(verified.refusal.code)
  return verified.value
}

const holders = people.flatMap(({ organization, account, roles, status }) =>
  status === 'active'
    ? [...new Set(roles.map(({ application }) => application))]
        .filter((application) => application in catalogs)
        .map((application) => ({ organization, account, application }))
    : [],
)

describe('every person of the demo data', () => {
  it.each(holders)('$account in $application may the same by token as by session', async (holder) => {
    const { organization: org, account, application } = holder
    const issued = await service.exchange(await service.signIn(account, { org }), { audience: application })
    const token = String(issued.json['access_token'])
    const session = await service.call(
      httpApiEvent({ path: '/session', headers: { authorization: `Bearer ${token}` } }),
    )
    const grant = await grantOf(service, application, token)
    expect(grant.subject).toBe(account)
    expect(session.json).toMatchObject({
      application,
      organization: org,
      account,
      gates: [...grant.gates],
      defaultFull: grant.defaultFull,
      expiresAt: grant.expiresAt,
      revision: [...grant.revision],
    })
    const held = [session.json['permissions'], session.json['qualified']].flat()
    const keys = new Map<string, CompiledCatalog>(Object.entries(catalogs)).get(application)?.numberOf.keys() ?? []
    for (const key of keys) {
      const code = grant.refusal(key.replace(/\[.*$/, ''))?.code
      if (held.includes(key)) expect(code, key).not.toBe('not_granted')
      else if (!key.includes('[') && !held.some((each) => String(each).startsWith(`${key}[`))) {
        expect(code, key).toBe('not_granted')
      }
    }
  })
})

describe('a token', () => {
  it('with too much in it is read through its document', async () => {
    const [desk] = await frugal.stores.customRoles.readCustomRoles('acme', 'interact', ['claims-desk'])
    const gates = Array.from({ length: 30 }, (_, index) => `flow:${String(index).padStart(3, '0')}`)
    if (desk === undefined) throw new Error('no custom role')
    await frugal.stores.customRoles.putCustomRole({ ...desk, gates })
    const issued = await frugal.exchange(await frugal.signIn('acme-gus'), { audience: 'interact' })
    const grant = await grantOf(frugal, 'interact', String(issued.json['access_token']))
    expect(grant.gates).toEqual(gates)
  })

  it('that was scoped down says so and allows no more', async () => {
    const issued = await service.exchange(await service.signIn('acme-edo'), { scope: 'flows.list.view' })
    const grant = await grantOf(service, 'customer-v2', String(issued.json['access_token']))
    expect(grant.holder.scope).toBe('flows.list.view')
    expect(grant.can('flows.list.view')).toBe(true)
    expect(grant.can('flows.create')).toBe(false)
  })

  it('for default-full access is read as such', async () => {
    const issued = await service.exchange(await service.signIn('acme-will'), { audience: 'intuidy' })
    const grant = await grantOf(service, 'intuidy', String(issued.json['access_token']))
    expect(grant.defaultFull).toBe(true)
    expect(grant.can('manage_billing')).toBe(true)
  })
})

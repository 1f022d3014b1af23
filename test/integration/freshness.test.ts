/** Removals from the table through the token service to authorizers and verifiers, over real requests to the function. */
import { catalogs } from '@rolecast/catalogs'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { refuse } from '@rolecast/core/domain/decision/refusal'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import { createVerifier } from '@rolecast/permission-sdk'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { createTokenVerifier } from '@rolecast/permission-sdk/parts/token-verifier'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createAuthorizer } from '../../functions/authorizer/authorize.ts'
import type { AuthorizerConfig } from '../../functions/authorizer/config.ts'
import { createAsking } from '../../functions/authorizer/later/ask.ts'
import { changeRoles } from '../../infra/local/ix-admin/administrator.ts'
import { httpEvent } from '../support/authorizer.ts'
import { httpApiEvent } from '../support/http-api-event.ts'
import { issuer, startTokenService, type TokenService } from '../support/token-service.ts'

const application = 'customer-v2'
const catalog = toDecisionCatalog(catalogs[application])
const list = 'GET /flows'
const create = 'POST /flows'

let service: TokenService
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
})
afterAll(() => service.stop())

const get = async (path: string, query = '') => {
  const { status, json } = await service.call(httpApiEvent({ path, query }))
  if (status !== 200) throw new Error(String(json['code']))
  return json
}

/** An authorizer whose clock runs ahead of the machine's by what the test says, over the token service of this file. */
async function startAuthorizer() {
  const time = { ahead: 0 }
  const clock = () => Date.now() + time.ahead
  const net = { reads: 0, exchanges: 0, down: false }
  const config: AuthorizerConfig = {
    issuer,
    tokenServiceUrl: issuer,
    mode: 'token',
    providers: [],
    resultCacheSeconds: 0,
    denyResolveSeconds: 2,
    freshnessMs: [5_000, 10_000, 60_000, 300_000],
  }
  const verifier = createTokenVerifier<HeldGrant>({
    issuer,
    application,
    epochs: catalog.epochs,
    keys: { snapshot: await get('/.well-known/jwks.json') },
    clock,
    memoSize: 100,
    wrap: (held) => held,
    documents: { known: () => undefined, resolveFor: async () => refuse('unresolved_reference') },
  })
  const tokenService = {
    exchange: async (token: string, age?: number) => {
      net.exchanges += 1
      const { json } = await service.exchange(token, age === undefined ? {} : { assignment_max_age: String(age) })
      const issued = json['access_token']
      return typeof issued === 'string' ? { ok: true as const, value: issued } : refuse(json['code'] as 'internal')
    },
    fetchChanges: async (after: string | undefined) => {
      net.reads += 1
      if (net.down) throw new Error('down')
      return get('/changes', `application=${application}${after === undefined ? '' : `&after=${after}`}`)
    },
    withoutKey: () => undefined,
  }
  const write = () => undefined
  const authorize = createAuthorizer({
    index: indexCatalog(catalog),
    verifier,
    clock,
    config,
    asking: async () => createAsking({ verifier, tokenService, clock, config, nextSignIn: false, write }),
    write,
  })
  return {
    time,
    net,
    calls: async (token: string, route: string) =>
      (await authorize(httpEvent(token, route))).context['code' as never] ?? 'ok',
  }
}

let persons = 0

/** Somebody with these roles and a token; `hold` is done in iX Admin, and its statement has arrived when it is back. */
async function person(...roles: readonly string[]) {
  persons += 1
  const key = { organization: 'globex', account: `globex-probe-${persons}` }
  const administrator = { ...service.administrator, actingAccount: 'globex-olga' }
  const hold = async (...held: readonly string[]) => {
    const assigned = held.map((role) => ({ application, role }))
    const version = await changeRoles(administrator, key, () => assigned)
    const statement = { ...key, version, status: 'active', roles: assigned, occurredAt: Date.now() } as const
    await service.stores.accounts.applyStatement(statement, { confirmedAt: Date.now() })
  }
  await hold(...roles)
  const signIn = await service.signIn(key.account, { org: key.organization })
  const { json } = await service.exchange(signIn)
  return { key, hold, token: String(json['access_token']) }
}

/** The token service reads the log at most once a second. */
const nextRead = () => new Promise((resolve) => setTimeout(resolve, 1_050))

describe('a role that was taken away', () => {
  it('bites every authorizer and verifier with the next poll, with the token of before, and nobody signs in again', async () => {
    const one = await startAuthorizer()
    const other = await startAuthorizer()
    const verifier = createVerifier({
      issuer,
      catalog,
      keys: { snapshot: await get('/.well-known/jwks.json') },
      changes: {
        fetchChanges: (after) =>
          get('/changes', `application=${application}${after === undefined ? '' : `&after=${after}`}`),
        pollMs: 1,
        boundMs: 1,
      },
    })
    const pia = await person('flow_editor', 'flow_viewer')
    expect([await one.calls(pia.token, create), await other.calls(pia.token, create)]).toEqual(['ok', 'ok'])
    expect((await verifier.verify(pia.token)).ok).toBe(true)
    await pia.hold('flow_viewer')
    await nextRead()
    for (const { calls, time } of [one, other]) {
      time.ahead += 11_000
      expect([await calls(pia.token, create), await calls(pia.token, list)]).toEqual(['not_granted', 'ok'])
    }
    // The stale token is resolved, and the refusal of what came of it looked into once.
    expect([one.net.exchanges, other.net.exchanges]).toEqual([2, 2])
    expect(await verifier.verify(pia.token)).toMatchObject({ refusal: { code: 'stale' } })
  })

  it('and given back works at the next access, with that very token', async () => {
    const { calls, time } = await startAuthorizer()
    const kim = await person('flow_editor')
    expect(await calls(kim.token, create)).toBe('ok')
    await kim.hold('flow_viewer')
    await nextRead()
    time.ahead += 11_000
    expect(await calls(kim.token, create)).toBe('not_granted')
    await kim.hold('flow_editor')
    time.ahead += 2_000
    expect(await calls(kim.token, create)).toBe('ok')
  })

  it('bites where the identity admin knows the account no more', async () => {
    const { calls, time } = await startAuthorizer()
    const lee = await person('flow_editor')
    expect(await calls(lee.token, create)).toBe('ok')
    service.ixAdmin.fault({ kind: 'partial', ...lee.key, forSeconds: 60 })
    await service.stores.accounts.withdrawConfirmation(lee.key, Date.now())
    await nextRead()
    time.ahead += 11_000
    expect(await calls(lee.token, create)).not.toBe('ok')
  })

  it('is asked about by nobody else: others are allowed without a single exchange', async () => {
    const { calls, time, net } = await startAuthorizer()
    const [ann, bob] = [await person('flow_viewer'), await person('flow_editor')]
    expect(await calls(ann.token, list)).toBe('ok')
    await bob.hold()
    await nextRead()
    time.ahead += 11_000
    for (let request = 0; request < 20; request += 1) expect(await calls(ann.token, list)).toBe('ok')
    expect(net).toMatchObject({ exchanges: 0, reads: 2 })
  })
})

describe('a custom role that loses a grant', () => {
  it('is written once, however many accounts hold it, and ends the tokens of its application in its organization', async () => {
    const role = {
      organization: 'acme',
      application: 'infobip',
      id: 'freshness-test',
      title: 'Test',
      description: '',
      grants: ['conversations/reply', 'conversations/read'],
      gates: [],
      revision: 0,
    }
    const { stores } = service
    const requests: string[] = []
    const counted = dynamoStores({
      tableName: service.tableName,
      endpoint: inject('dynamoDbEndpoint'),
      onRequest: (operation) => requests.push(operation),
    })
    const put = async (grants: readonly string[], revision: number) => {
      const written = await counted.customRoles.putCustomRole({ ...role, grants, revision })
      return written.outcome === 'written' ? written.revision : Number.NaN
    }
    const created = await put(role.grants, 0)
    for (let holder = 0; holder < 50; holder += 1) {
      const statement = { organization: 'acme', account: `holder-${holder}`, version: 1, status: 'active' } as const
      const roles = [{ application: 'infobip', role: 'custom:freshness-test' }]
      await stores.accounts.applyStatement({ ...statement, roles, occurredAt: 1 }, { confirmedAt: 1 })
    }
    const before = await stores.changes.readChanges(Date.now() - 60_000)
    requests.length = 0
    const revision = await put(['conversations/read'], created)
    expect(requests).toEqual(['BatchGetItem', 'TransactWriteItems'])
    const after = await stores.changes.readChanges(Date.now() - 60_000)
    expect(after.length - before.length).toBe(1)
    await nextRead()
    const { revisions } = await get('/changes', 'application=infobip')
    expect(Object.values(revisions as object)).toEqual([revision])
    expect((await get('/changes', `application=${application}`))['revisions']).toEqual({})
  })
})

describe('while the change log cannot be read', () => {
  it('writes are refused first, then everything; and all works again once it can be', async () => {
    const { calls, time, net } = await startAuthorizer()
    const una = await person('flow_editor')
    expect([await calls(una.token, create), await calls(una.token, list)]).toEqual(['ok', 'ok'])
    net.down = true
    time.ahead += 59_000
    expect([await calls(una.token, create), await calls(una.token, list)]).toEqual(['ok', 'ok'])
    time.ahead += 3_000
    expect([await calls(una.token, create), await calls(una.token, list)]).toEqual(['freshness_unknown', 'ok'])
    net.down = false
    time.ahead += 1_000
    expect([await calls(una.token, create), await calls(una.token, list)]).toEqual(['ok', 'ok'])
  })
})

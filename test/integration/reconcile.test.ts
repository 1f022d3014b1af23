import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import { IxAdmin } from '@rolecast/core/adapters/identity-admins/ix-admin/ix-admin'
import { KnownAccounts } from '@rolecast/core/application/reconcile/known-accounts'
import { releaseRun, startRun } from '@rolecast/core/application/reconcile/manage-runs'
import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import { defaultBrake } from '@rolecast/core/domain/reconcile/brake'
import { hasEnded, type Receipt, type Run } from '@rolecast/core/domain/reconcile/run'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { createHandler } from '../../functions/reconcile/create-handler.ts'
import { organizationAdmin, type Person } from '../../infra/local/demo-data.ts'
import { createTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'
import type { FaultOrder } from '../../infra/local/ix-admin/faults.ts'
import { type LocalIxAdmin, startIxAdmin } from '../../infra/local/ix-admin/server.ts'

/** Reconciliation of iX Admin's contract over HTTP against the embedded table: the function as it is, pages of 200 accounts. */

const shop = (...roles: readonly string[]): RoleAssignment[] => roles.map((role) => ({ application: 'shop', role }))
const accountNamed = (index: number) => `account-${String(index).padStart(3, '0')}`
const people: readonly Person[] = Array.from({ length: 430 }, (_, index) => ({
  organization: 'acme',
  account: accountNamed(index),
  name: `Person ${index}`,
  username: `acme.${index}`,
  email: `${index}@acme.example`,
  status: 'active',
  roles: index === 0 ? [organizationAdmin] : shop('clerk', 'owner'),
}))

let folder: string
let ixAdmin: LocalIxAdmin
let now: number
let world: Awaited<ReturnType<typeof openWorld>>

async function openWorld() {
  const endpoint = inject('dynamoDbEndpoint')
  const tableName = `reconcile-${randomUUID()}`
  await createTable(endpoint, tableDefinition(tableName))
  const requests: string[] = []
  const clock = () => now
  const stores = dynamoStores({ tableName, endpoint, clock, onRequest: (name) => void requests.push(name) })
  await stores.organizations.putOrganization({
    organization: 'acme',
    title: 'Acme',
    issuer: 'https://login.acme.example',
    applications: {},
    revision: 0,
  })
  const lines: string[] = []
  const client = { clientId: 'rolecast', clientSecret: 'secret' }
  const dependencies = {
    ...stores,
    // The time of the test passes when it says so; a circuit that opened would have to be waited for.
    identityAdmin: new IxAdmin(
      { baseUrl: ixAdmin.url, ...client },
      {
        clock,
        random: () => 0,
        wait: async (ms) => {
          now += ms
        },
      },
    ),
    known: new KnownAccounts(),
    fingerprint: sha256Fingerprint,
    clock,
    newId: randomUUID,
    rules: {
      pageDeadlineMs: 10_000,
      pullDeadlineMs: 4_000,
      leaseMs: 90_000,
      stepMs: 20_000,
      everyMs: 86_400_000,
      againMs: 3_600_000,
      hintedEveryMs: 300_000,
      brake: defaultBrake,
    },
    write: (line: string) => void lines.push(line),
  }
  return { dependencies, stores, requests, lines, handler: createHandler(dependencies) }
}

beforeEach(async () => {
  now = Date.now()
  folder = mkdtempSync(join(tmpdir(), 'rolecast-reconcile-'))
  const client = { clientSecret: 'secret', scopes: ['statements:read', 'roles:write'] as const }
  ixAdmin = await startIxAdmin({
    port: 0,
    dataFolder: folder,
    people,
    rolesOnOffer: [
      {
        application: 'shop',
        title: 'Shop',
        roles: [
          { role: 'clerk', title: 'C' },
          { role: 'owner', title: 'O' },
        ],
      },
    ],
    clients: [{ clientId: 'rolecast', ...client }],
    rateLimit: { perSecond: 10_000, burst: 10_000 },
  })
  world = await openWorld()
})

afterEach(async () => {
  await ixAdmin.close()
  rmSync(folder, { recursive: true, force: true })
})

async function readRun(): Promise<Run> {
  const run = await world.stores.runs.readRun('acme')
  if (run === undefined) throw new Error('there is no run')
  return run
}

/** What the table's stream does on the local stack and in the cloud: calls the function for every run that wants its next step. */
async function goOn(): Promise<Run> {
  const image = { kind: { S: 'run' }, organization: { S: 'acme' } }
  const record = { Records: [{ dynamodb: { SequenceNumber: '1', NewImage: image } }] }
  for (let steps = 0; steps < 200; steps += 1) {
    now += 1
    const before = await readRun()
    if (hasEnded(before) || before.state === 'braked') return before
    if (before.state === 'waiting') now = Math.max(now, (before.wakeAt ?? now) + 1)
    const { batchItemFailures } = await world.handler(record)
    // On a busy machine the table may be too slow once: the lease ends, and the schedule hands the run on.
    if (batchItemFailures.length > 0) now += world.dependencies.rules.leaseMs + 1
  }
  throw new Error('the run does not end')
}

async function reconcile(): Promise<Receipt> {
  await startRun(world.dependencies, 'acme', { reason: 'requested' })
  await goOn()
  return lastReceipt()
}

async function lastReceipt(): Promise<Receipt> {
  const [receipt] = await world.stores.runs.listReceipts('acme', 1)
  if (receipt === undefined) throw new Error('there is no receipt')
  return receipt
}

/** As an administrator does it. */
async function replaceRoles(account: string, roles: readonly RoleAssignment[]): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'statements:read roles:write' })
  const authorization = `Basic ${btoa('rolecast:secret')}`
  const granted = await fetch(`${ixAdmin.url}/oauth/token`, { method: 'POST', body: form, headers: { authorization } })
  const { access_token: token } = (await granted.json()) as { access_token: string }
  const url = `${ixAdmin.url}/v1/organizations/acme/accounts/${account}`
  const bearer = { authorization: `Bearer ${token}` }
  const etag = (await fetch(url, { headers: bearer })).headers.get('etag') ?? ''
  const changed = await fetch(`${url}/roles`, {
    method: 'PUT',
    headers: { ...bearer, 'if-match': etag, 'acting-account': accountNamed(0), 'content-type': 'application/json' },
    body: JSON.stringify({ roles }),
  })
  expect(changed.status).toBe(200)
}

async function record(index: number) {
  const key = { organization: 'acme', account: accountNamed(index) }
  return (await world.stores.accounts.readAccountAndOrganization(key)).account
}

describe('reconciliation with iX Admin', () => {
  it('fills an empty table, finds nothing then, and what no event told after that', async () => {
    expect(await reconcile()).toMatchObject({
      outcome: 'zero_drift',
      pages: 3,
      compared: 430,
      counts: { created: 430 },
    })
    world.requests.length = 0
    expect(await reconcile()).toMatchObject({ outcome: 'zero_drift', pages: 3, counts: { same: 430, asked: 0 } })
    expect(world.requests.filter((name) => name === 'BatchGetItem')).toEqual([])

    await replaceRoles(accountNamed(7), shop('clerk'))
    // Somebody who is stored and whom iX Admin does not know.
    const ghost = {
      organization: 'acme',
      account: 'ghost',
      version: 3,
      status: 'active',
      roles: shop('owner'),
    } as const
    await world.stores.accounts.applyStatement({ ...ghost, occurredAt: now }, { confirmedAt: now })
    now += 1
    expect(await reconcile()).toMatchObject({ outcome: 'zero_drift', counts: { asked: 2, repaired: 1, withdrawn: 1 } })
    expect(await record(7)).toMatchObject({ version: 2, roles: shop('clerk') })
    const { account } = await world.stores.accounts.readAccountAndOrganization({
      organization: 'acme',
      account: 'ghost',
    })
    expect(account).toMatchObject({ version: 3, confirmedAt: 0 })
    const entries = await world.stores.changes.readChanges(0)
    expect(entries.map((entry) => ('account' in entry ? entry.account : ''))).toEqual([accountNamed(7), 'ghost'])
  })

  it.each<[FaultOrder, string]>([
    [{ kind: 'rate_limit', retryAfterSeconds: 30 }, 'source_rate_limited'],
    [{ kind: 'down', status: 503 }, 'source_unavailable'],
    [{ kind: 'partial' }, 'source_partial'],
    [{ kind: 'garbage', style: 'html' }, 'source_garbage'],
    [{ kind: 'pages', style: 'empty' }, 'source_empty'],
  ])('waits under %j and goes on when it is over, with nothing lost', async (fault, code) => {
    await reconcile()
    await replaceRoles(accountNamed(9), shop('owner'))
    now += 60_000
    ixAdmin.fault(fault)
    await startRun(world.dependencies, 'acme', { reason: 'requested' })
    for (let steps = 0; steps < 4 && (await readRun()).state === 'running'; steps += 1) {
      const image = { kind: { S: 'run' }, organization: { S: 'acme' } }
      await world.handler({ Records: [{ dynamodb: { SequenceNumber: '1', NewImage: image } }] })
    }
    expect(await readRun()).toMatchObject({ state: 'waiting', code })
    ixAdmin.fault({ kind: 'none' })
    expect(await goOn()).toMatchObject({ state: 'done' })
    expect(await lastReceipt()).toMatchObject({ outcome: 'zero_drift', counts: { repaired: 1, withdrawn: 0 } })
    expect(await record(9)).toMatchObject({ roles: shop('owner') })
  })

  it.each<[FaultOrder, string]>([
    [{ kind: 'pages', style: 'repeats_cursor', forSeconds: 3_600 }, 'source_repeats_cursor'],
    [{ kind: 'pages', style: 'refuses_cursor', forSeconds: 3_600 }, 'source_refused_us'],
  ])('gives a source up that pages like %j, and takes nobody for gone', async (fault, code) => {
    await reconcile()
    const before = await Promise.all([1, 200, 429].map(record))
    ixAdmin.fault(fault)
    expect(await reconcile()).toMatchObject({ outcome: 'failed', code, attempts: 3, counts: { withdrawn: 0 } })
    expect(await Promise.all([1, 200, 429].map(record))).toEqual(before)
    expect(world.lines.at(-1)).toContain('"event":"receipt"')
  })

  it('asks a person before it believes a list that ends early', async () => {
    await reconcile()
    ixAdmin.fault({ kind: 'pages', style: 'ends_early', forSeconds: 3_600 })
    await startRun(world.dependencies, 'acme', { reason: 'requested' })
    const braked = await goOn()
    expect(braked).toMatchObject({ state: 'braked', code: 'mass_removal', losing: { accounts: 330 } })
    expect(world.lines.at(-1)).toContain('"event":"braked"')
    // Even a person cannot make it believe that they are gone: each is asked for.
    await releaseRun(world.dependencies, 'acme', { run: braked.run, by: 'ada' })
    expect(await goOn()).toMatchObject({ state: 'failed', code: 'source_ended_early', counts: { withdrawn: 0 } })
    expect(await record(429)).toMatchObject({ roles: shop('clerk', 'owner') })
    expect((await record(429))?.confirmedAt).toBeGreaterThan(0)
  })

  it('takes up what a crash left, whichever request it hit', async () => {
    await reconcile()
    await replaceRoles(accountNamed(3), shop())
    now += 1_000
    await startRun(world.dependencies, 'acme', { reason: 'requested' })
    const image = { kind: { S: 'run' }, organization: { S: 'acme' } }
    const once = { Records: [{ dynamodb: { SequenceNumber: '1', NewImage: image } }] }
    const { writeRun } = world.stores.runs
    for (let at = 1; at <= 6; at += 1) {
      let writes = 0
      world.stores.runs.writeRun = async (...question) => {
        writes += 1
        const answer = await writeRun.apply(world.stores.runs, question)
        // Written, but nobody hears of it.
        if (writes === 2) throw new Error('the function was ended')
        return answer
      }
      expect(await world.handler(once)).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] })
      world.stores.runs.writeRun = writeRun
      if (hasEnded(await readRun())) break
      now += 90_001
    }
    await goOn()
    expect(await lastReceipt()).toMatchObject({ outcome: 'zero_drift', counts: { repaired: 1 } })
    expect(await record(3)).toMatchObject({ roles: [] })
  })
})

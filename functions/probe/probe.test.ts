import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'
import { openWorld, type World } from './world.fixture.ts'

let world: World
let lines: string[]
beforeEach(async () => {
  world = await openWorld()
  lines = []
})
afterEach(() => world.close())

const settingsAt = (url: string) => ({
  application: 'shop',
  productUrl: `${url}/product/things`,
  signIn: { tokenUrl: `${url}/provider/token`, clientId: 'probe' },
  role: { by: 'scim', url: `${url}/scim`, group: 'viewers', user: 'user-1' } as object,
  connections: 3,
})
const ixAdmin = (url: string) => ({
  by: 'ix-admin',
  url: `${url}/ix`,
  clientId: 'probe',
  organization: 'shop',
  account: 'user-1',
  actingAccount: 'admin-1',
  application: 'shop',
  role: 'viewer',
})

const environment = (settings: object, more: Record<string, string> = {}) => ({
  ROLECAST_STAGE: 'dev',
  ROLECAST_TOKEN_SERVICE: 'https://tokens.example/',
  ROLECAST_PROBE: JSON.stringify(settings),
  ROLECAST_PROBE_SECRET: 'arn:probe',
  ...more,
})

/** A round in fast motion. */
async function probe({
  role = settingsAt(world.url).role,
  secret = '{"signIn":"sign-in-secret","role":"role-secret"}',
} = {}) {
  const config = readConfig(
    environment({ ...settingsAt(world.url), role }, { ROLECAST_TOKEN_SERVICE: `${world.url}/service` }),
  )
  const fast = { everyMs: 20, limitMs: 600, deniedForMs: 200, allowedForMs: 50, restMs: 20 }
  const handler = createHandler(
    connect(
      { ...config, terms: { ...config.terms, ...fast } },
      { secrets: { readSecret: async () => secret }, write: (line) => lines.push(line) },
    ),
  )
  const report = await handler()
  return { report, said: lines.map((line) => JSON.parse(line)) }
}

describe.each([
  ['SCIM', () => settingsAt(world.url).role],
  ['iX Admin', () => ixAdmin(world.url)],
])('a round by %s', (_name, role) => {
  it('says how long a removal and a grant took, as metrics', async () => {
    const { report, said } = await probe({ role: role() })
    expect(report.failures).toEqual([])
    expect(world.holds).toBe(true)
    expect(said).toHaveLength(1)
    const [line] = said
    expect(line).toMatchObject({ event: 'probed', ProbeFailures: 0, ProbeUnanswered: 0, samples: 3, grantAccesses: 1 })
    expect(line.RevokeToDeny).toBeGreaterThanOrEqual(100)
    expect(line.RevokeToDeny).toBeLessThan(600)
    const [directive] = line._aws.CloudWatchMetrics
    expect(directive).toEqual({
      Namespace: 'Rolecast/dev',
      Dimensions: [[]],
      Metrics: [
        { Name: 'RevokeToDeny', Unit: 'Milliseconds' },
        { Name: 'GrantToAllow', Unit: 'Milliseconds' },
        { Name: 'ProbeFailures', Unit: 'Count' },
        { Name: 'ProbeUnanswered', Unit: 'Count' },
      ],
    })
    for (const { Name } of directive.Metrics) expect(line[Name]).toEqual(expect.any(Number))
  })

  it('fails where a removal has no effect, with how long it was waited for, and gives the role back', async () => {
    world.delayMs = Number.POSITIVE_INFINITY
    const { said } = await probe({ role: role() })
    expect(said[0]).toMatchObject({ event: 'probe_failed', phase: 'deny', reason: 'never' })
    expect(said[1]).toMatchObject({ ProbeFailures: 1 })
    expect(said[1].RevokeToDeny).toBeGreaterThan(600)
    expect(world.holds).toBe(true)
  })
})

describe('a round that cannot be had', () => {
  it.each([
    ['scim', 'give'],
    ['provider', 'sign_in'],
    ['service', 'sign_in'],
  ])('is a failure without times: %s', async (part, phase) => {
    world.faults.set(part, 503)
    const { said } = await probe()
    expect(said[0]).toMatchObject({ event: 'probe_failed', phase, reason: 'error', error: 'ProbeRefused' })
    expect(said[1]).toMatchObject({ ProbeFailures: 1 })
    expect(said[1]).not.toHaveProperty('RevokeToDeny')
    expect(said[1]._aws.CloudWatchMetrics[0].Metrics).toHaveLength(2)
  })

  it('takes a product that breaks neither for a refusal nor for an access', async () => {
    world.faults.set('product', 502)
    const { said } = await probe()
    expect(said[0]).toMatchObject({ phase: 'allow', reason: 'never' })
    expect(said[1].ProbeUnanswered).toBeGreaterThan(0)
    expect(said[1]).not.toHaveProperty('RevokeToDeny')
  })

  it('is one where the secret is another', async () => {
    const { said } = await probe({ secret: '{"clientSecret":"role-secret"}' })
    expect(said[0]).toMatchObject({ phase: 'give', error: 'InvalidConfig' })
  })
})

it('writes no secret and no token', async () => {
  await probe()
  await probe({ role: ixAdmin(world.url) })
  world.faults.set('scim', 401)
  await probe()
  expect(lines.length).toBeGreaterThan(3)
  for (const told of ['secret', 'signed-in', 'shop-token', 'ix-token']) expect(lines.join()).not.toContain(told)
})

describe('its settings', () => {
  const settings = settingsAt('https://example.com')
  it('have defaults that fit into its time', () => {
    const { terms, tokenService, settings: read } = readConfig(environment(settings))
    expect(terms).toMatchObject({ callers: 3, limitMs: 25_000 })
    expect(tokenService).toBe('https://tokens.example')
    expect(read).toMatchObject({ everyMinutes: 10, boundSeconds: 10 })
  })

  it('leave a round within its time even where a change is waited for as long as may be', () => {
    expect(readConfig(environment({ ...settings, limitSeconds: 45 })).terms.limitMs).toBe(45_000)
  })

  it.each<[object, Record<string, string>, string]>([
    [{ ...settings, secret: 'x' }, {}, 'ROLECAST_PROBE.secret: is not a setting'],
    [{ ...settings, productUrl: 'http://example.com/' }, {}, 'must be an https URL'],
    [{ ...settings, role: { by: 'mail' } }, {}, 'ROLECAST_PROBE.role.by'],
    [{ ...settings, limitSeconds: 10 }, {}, 'limitSeconds must be more than boundSeconds'],
    [{ ...settings, limitSeconds: 60 }, {}, 'ROLECAST_PROBE.limitSeconds'],
    [{ ...settings, limitSeconds: 45 }, { ROLECAST_PROBE_SECONDS: '120' }, 'leaves no round within 120 s'],
    [settings, { ROLECAST_TOKEN_SECONDS: '60' }, 'leaves no round within 60 s'],
    [settings, { ROLECAST_PROB: 'x' }, 'ROLECAST_PROB: is not a setting of the probe'],
  ])('refuse %j %j', (probed, more, message) => {
    expect(() => readConfig(environment(probed, more))).toThrow(InvalidConfig)
    expect(() => readConfig(environment(probed, more))).toThrow(message)
  })
})

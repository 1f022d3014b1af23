import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { StoreUnavailable } from '@rolecast/core/application/ports'
import { releaseRun } from '@rolecast/core/application/reconcile/manage-runs'
import { describe, expect, it } from 'vitest'
import { hour, reconcileWorld, statement } from '../../test/support/reconcile-world.ts'
import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'

/** What the stream of the table tells of a run that wants its next step. */
const changed = (...organizations: readonly string[]) => ({
  Records: organizations.map((organization, index) => ({
    eventID: String(index),
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: `s${index}`,
      Keys: { pk: { S: `reconcile#${organization}` }, sk: { S: 'run' } },
      NewImage: { kind: { S: 'run' }, organization: { S: organization }, next: { S: 'now' } },
    },
  })),
})

async function setUp(accounts = 5) {
  const names = Array.from({ length: accounts }, (_, index) => `account-${String(index).padStart(2, '0')}`)
  const world = await reconcileWorld({ statements: names.map((name) => statement(name)) })
  const lines: string[] = []
  const handler = createHandler({ ...world.dependencies, write: (line) => lines.push(line) })
  const goOn = async () => {
    for (let steps = 0; steps < 100 && (await world.run()).state === 'running'; steps += 1)
      await handler(changed('acme'))
  }
  return { ...world, handler, goOn, said: () => lines.map((line) => JSON.parse(line)) }
}

describe('the function', () => {
  it('begins what is due when woken, and makes a step for each change of the run', async () => {
    const { handler, goOn, said, receipt, source } = await setUp()
    expect(await handler({ wake: true })).toEqual({ batchItemFailures: [] })
    expect(source.calls).toEqual([])
    await goOn()
    expect(await receipt()).toMatchObject({ outcome: 'zero_drift', reason: 'due', compared: 5 })
    const lines = said()
    expect(lines[0]).toEqual({ level: 'INFO', event: 'woken', started: 1, resumed: 0, braked: 0, overdue: 0 })
    expect(lines.at(-1)).toMatchObject({
      level: 'INFO',
      event: 'receipt',
      organization: 'acme',
      outcome: 'zero_drift',
      compared: 5,
      created: 5,
      found: 0,
    })
    expect(JSON.stringify(lines)).not.toContain('account-00')
  })

  it('does not begin what is not due, and begins the next a day later', async () => {
    const { handler, goOn, said, pass } = await setUp()
    await handler({ wake: true })
    await goOn()
    pass(hour)
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ event: 'woken', started: 0 })
    pass(24 * hour)
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ event: 'woken', started: 1 })
  })

  it('begins early where a hint concerned the whole organization, once', async () => {
    const { handler, goOn, said, pass, stores, now, receipt } = await setUp()
    await handler({ wake: true })
    await goOn()
    pass(hour)
    await stores.organizations.markOrganizationDirty('acme', now())
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ started: 1 })
    pass(1)
    await goOn()
    expect(await receipt()).toMatchObject({ reason: 'hinted', outcome: 'zero_drift' })
    pass(hour)
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ started: 0 })
  })

  it('hands on a run that waits no more, and one whose caller disappeared', async () => {
    const { handler, said, pass, source, step, run } = await setUp()
    await handler({ wake: true })
    await step()
    source.fail({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 30_000 }, { times: 1 })
    await handler(changed('acme'))
    expect(said().at(-1)).toMatchObject({ event: 'step', state: 'waiting', code: 'source_rate_limited' })
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ resumed: 0 })
    pass(30_001)
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ resumed: 1 })
    expect(await run()).toMatchObject({ state: 'running' })
    const release = source.hold()
    const lost = step()
    pass(60_001)
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ resumed: 1 })
    release()
    expect(await lost).toEqual({ outcome: 'busy' })
  })

  it('says what brakes as long as it does, and what has had no receipt for too long', async () => {
    const { handler, goOn, said, pass, source, run, dependencies } = await setUp(40)
    await handler({ wake: true })
    await goOn()
    pass(24 * hour)
    for (let index = 0; index < 20; index += 1) {
      source.remove({ organization: 'acme', account: `account-${String(index).padStart(2, '0')}` })
    }
    await handler({ wake: true })
    await goOn()
    expect(said().at(-1)).toMatchObject({ level: 'ERROR', event: 'braked', losing: 20, code: 'mass_removal' })
    pass(7 * hour)
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ event: 'woken', started: 0, braked: 1, overdue: 1 })
    await releaseRun(dependencies, 'acme', { run: (await run()).run, by: 'ada' })
    await goOn()
    await handler({ wake: true })
    expect(said().at(-1)).toMatchObject({ event: 'woken', braked: 0, overdue: 0 })
    expect(said().at(-2)).toMatchObject({ level: 'INFO', event: 'receipt', found: 20, repaired: 20, left: 0 })
  })

  it('answers only the records whose step failed', async () => {
    const { handler, database, said } = await setUp()
    await handler({ wake: true })
    database.fail(new StoreUnavailable('the table is away'), 1)
    expect(await handler(changed('other', 'acme'))).toEqual({ batchItemFailures: [{ itemIdentifier: 's0' }] })
    expect(said().find(({ event }) => event === 'failed')).toMatchObject({ level: 'ERROR', organization: 'other' })
  })

  it.each([{}, null, { wake: 'yes' }, { Records: [{}] }, { wake: true, run: 1 }])('refuses %j', async (event) => {
    const { handler } = await setUp()
    await expect(handler(event)).rejects.toThrow(TypeError)
  })
})

const env = {
  ROLECAST_TABLE: 'table',
  ROLECAST_IDENTITY_ADMINS: '[{"name":"main","kind":"ix-admin","url":"https://admin.example","clientId":"rolecast"}]',
  ROLECAST_IDENTITY_ADMINS_SECRET: 'secret',
}

describe('its settings', () => {
  it('are complete with the required ones', () => {
    expect(readConfig({ ...env, HOME: '/' })).toMatchObject({
      table: 'table',
      leaseMs: 90_000,
      everyMs: 24 * hour,
      brake: { share: 0.2, least: 10 },
    })
  })

  it.each([
    [{ ROLECAST_TABLE: undefined }, 'ROLECAST_TABLE: is missing'],
    [{ ROLECAST_STAGE: 'dev' }, 'ROLECAST_STAGE: is not a setting of reconciliation'],
    [{ ROLECAST_BRAKE_PERCENT: '0' }, 'ROLECAST_BRAKE_PERCENT: must be a whole number from 1'],
  ])('refuse %j', (change, message) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(InvalidConfig)
    expect(() => readConfig({ ...env, ...change })).toThrow(message)
  })
})

import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { MemoryDatabase } from '@rolecast/core/adapters/memory/database'
import { MemoryKeyRingStore } from '@rolecast/core/adapters/memory/key-ring-store'
import { MemoryKeyWrapper } from '@rolecast/core/adapters/memory/key-wrapper'
import { JoseKeyFactory } from '@rolecast/core/adapters/tokens/key-factory'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'

const env = { ROLECAST_TABLE: 'table', ROLECAST_STAGE: 'dev', ROLECAST_KMS_KEY_ID: 'key' }

function setUp() {
  const lines: string[] = []
  const handler = createHandler({
    keyRing: new MemoryKeyRingStore(new MemoryDatabase()),
    keys: new JoseKeyFactory(),
    wrapper: new MemoryKeyWrapper(),
    clock: Date.now,
    stage: 'dev',
    rules: { alg: 'ES256', rotateAfterMs: 1e9, publishBeforeMs: 1e6, retireAfterMs: 1e6 },
    write: (line) => lines.push(line),
  })
  return { handler, lines }
}

describe('the rotation', () => {
  it.each([{}, null, undefined, 'x', { source: 'aws.scheduler', 'detail-type': 'Scheduled Event' }])(
    'runs as usual on %j',
    async (event) => {
      const { handler, lines } = setUp()
      const { changed, keys } = await handler(event)
      expect(changed).toBe(true)
      expect(Object.values(keys).sort()).toEqual(['current', 'next'])
      expect(await handler(event)).toEqual({ changed: false, keys })
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { level: 'INFO', event: 'rotated', changed: true, emergency: false, keys },
        { level: 'INFO', event: 'rotated', changed: false, emergency: false, keys },
      ])
    },
  )

  it('takes a key out when told so', async () => {
    const { handler, lines } = setUp()
    const before = await handler({})
    const [remove = ''] = Object.entries(before.keys).find(([, state]) => state === 'current') ?? []
    const after = await handler({ remove })
    expect(after.changed).toBe(true)
    expect(after.keys).not.toHaveProperty(remove)
    expect(Object.values(after.keys).sort()).toEqual(['current', 'next'])
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ emergency: true })
  })

  it.each([{ remove: '' }, { remove: 7 }, { remove: undefined }, { remove: 'the old one' }])(
    'does not take %j for an ordinary run',
    async (event) => {
      await expect(setUp().handler(event)).rejects.toThrow('not a key identifier')
    },
  )
})

describe('its settings', () => {
  it('are complete with the required ones', () => {
    expect(readConfig({ ...env, HOME: '/' })).toEqual({
      table: 'table',
      stage: 'dev',
      kmsKeyId: 'key',
      signingAlgorithm: 'ES256',
      rotateAfterSeconds: 2_592_000,
      publishBeforeSeconds: 900,
      tokenSeconds: 300,
    })
  })

  it.each<[Record<string, string | undefined>, string]>([
    [{ ROLECAST_STAGE: undefined }, 'ROLECAST_STAGE: is missing'],
    [{ ROLECAST_ISSUER: 'https://x.example' }, 'ROLECAST_ISSUER: is not a setting of the rotation'],
    [{ ROLECAST_SIGNING_ALGORITHM: 'HS256' }, 'ROLECAST_SIGNING_ALGORITHM: must be ES256 or RS256'],
    [{ ROLECAST_ROTATE_AFTER_SECONDS: '60' }, 'ROLECAST_ROTATE_AFTER_SECONDS: must be a whole number from 3600'],
    [{ ROLECAST_PUBLISH_BEFORE_SECONDS: '-1' }, 'ROLECAST_PUBLISH_BEFORE_SECONDS: must be a whole number'],
  ])('refuse %j', (change, message) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(InvalidConfig)
    expect(() => readConfig({ ...env, ...change })).toThrow(message)
  })
})

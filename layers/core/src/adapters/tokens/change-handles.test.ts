import { describe, expect, it } from 'vitest'
import { CachedKeyRing } from '../../application/cached-key-ring.ts'
import { KeyWrapperUnavailable } from '../../application/ports.ts'
import { rotateKeys } from '../../application/rotate-keys.ts'
import { MemoryDatabase } from '../memory/database.ts'
import { MemoryKeyRingStore } from '../memory/key-ring-store.ts'
import { MemoryKeyWrapper } from '../memory/key-wrapper.ts'
import { RingChangeHandles } from './change-handles.ts'
import { JoseKeyFactory } from './key-factory.ts'

async function setUp() {
  const time = { now: 1_000 }
  const clock = () => time.now
  const database = new MemoryDatabase(clock)
  const store = new MemoryKeyRingStore(database)
  const memory = new MemoryKeyWrapper()
  const unwraps = { count: 0, fail: false }
  const wrapper = {
    wrap: memory.wrap.bind(memory),
    unwrap: async (...each: Parameters<typeof memory.unwrap>) => {
      unwraps.count += 1
      if (unwraps.fail) throw new KeyWrapperUnavailable('no answer')
      return memory.unwrap(...each)
    },
  }
  const rules = { alg: 'ES256', rotateAfterMs: 1e9, publishBeforeMs: 0, retireAfterMs: 1e9 } as const
  await rotateKeys({ keyRing: store, keys: new JoseKeyFactory(), wrapper, clock, rules, stage: 'test' })
  const handles = () =>
    new RingChangeHandles({ ring: new CachedKeyRing({ store, clock, maxAgeMs: 30_000 }), wrapper, stage: 'test' })
  return { time, database, unwraps, handles }
}

describe('change handles by the secret of the key ring', () => {
  it('are the same in every environment, 8 characters for the organization and 8 more for the account', async () => {
    const { handles } = await setUp()
    const [one, other] = await Promise.all([handles().openHandles(), handles().openHandles()])
    expect(one?.('acme', 'ada')).toMatch(/^[\w-]{16}$/)
    expect(one?.('acme', 'ada')).toBe(other?.('acme', 'ada'))
    expect(one?.('acme', 'ada').slice(0, 8)).toBe(one?.('acme'))
    const names = [one?.('acme', 'ada'), one?.('acme', 'bob'), one?.('acme,ada', ''), one?.('globex', 'ada')]
    expect(new Set(names).size).toBe(4)
    expect(names.slice(1).every((name) => name?.slice(8) !== names[0]?.slice(8))).toBe(true)
  })

  it('unwrap the secret once, and again after a failure', async () => {
    const { handles, unwraps } = await setUp()
    const ring = handles()
    unwraps.fail = true
    await expect(ring.openHandles()).rejects.toThrow(KeyWrapperUnavailable)
    unwraps.fail = false
    await Promise.all([ring.openHandles(), ring.openHandles()])
    await ring.openHandles()
    expect(unwraps.count).toBe(2)
  })

  it('are nothing as long as the ring has no secret, and are found once it has', async () => {
    const { handles, database, time } = await setUp()
    const { wrappedHandleSecret, ...without } = database.keyRing
    database.keyRing = without
    const ring = handles()
    expect(await ring.openHandles()).toBeUndefined()
    database.keyRing = { ...without, wrappedHandleSecret: wrappedHandleSecret ?? '' }
    time.now += 1_000
    expect(await ring.openHandles()).toBeTypeOf('function')
  })
})

import { describe, expect, it } from 'vitest'
import { MemoryDatabase } from '../adapters/memory/database.ts'
import { MemoryKeyRingStore } from '../adapters/memory/key-ring-store.ts'
import { MemoryKeyWrapper } from '../adapters/memory/key-wrapper.ts'
import { JoseKeyFactory } from '../adapters/tokens/key-factory.ts'
import { CachedKeyRing } from './cached-key-ring.ts'
import { type KeyRingStore, StoreUnavailable } from './ports.ts'
import { publishKeys } from './publish-keys.ts'
import { type RotationDependencies, rotateKeys } from './rotate-keys.ts'

function setUp(parts: Partial<RotationDependencies> = {}) {
  const time = { now: 1_000 }
  const database = new MemoryDatabase(() => time.now)
  const dependencies: RotationDependencies = {
    keyRing: new MemoryKeyRingStore(database),
    keys: new JoseKeyFactory(),
    wrapper: new MemoryKeyWrapper(),
    clock: () => time.now,
    rules: { alg: 'ES256', rotateAfterMs: 1_000, publishBeforeMs: 100, retireAfterMs: 300 },
    stage: 'test',
    ...parts,
  }
  return { time, database, dependencies }
}

describe('rotating keys', () => {
  it('creates the ring, and then nothing until something is due', async () => {
    const { dependencies, database } = setUp()
    const { changed, ring } = await rotateKeys(dependencies)
    expect(changed).toBe(true)
    expect(ring.keys.map(({ state }) => state)).toEqual(['current', 'next'])
    expect(database.keyRing).toEqual(ring)
    expect((await rotateKeys(dependencies)).changed).toBe(false)
  })

  it('stores private keys wrapped, bound to stage and kid, and publishes no private part', async () => {
    const { dependencies, database } = setUp()
    const { ring } = await rotateKeys(dependencies)
    const [first, second] = ring.keys
    const wrapped = Buffer.from(first?.wrappedPrivateKey ?? '', 'base64')
    const kid = first?.kid ?? ''
    const plain = await dependencies.wrapper.unwrap(wrapped, { stage: 'test', kid })
    expect(plain.slice(0, 1)).toEqual(Uint8Array.of(0x30))
    for (const context of [
      { stage: 'prod', kid },
      { stage: 'test', kid: second?.kid ?? '' },
    ]) {
      await expect(dependencies.wrapper.unwrap(wrapped, context)).rejects.toThrow()
    }
    expect(Object.keys(first?.publicJwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    expect(JSON.stringify(database.keyRing)).not.toContain('"d"')
  })

  it('makes RSA keys where the rules say so', async () => {
    const { dependencies } = setUp()
    const rules = { ...dependencies.rules, alg: 'RS256' } as const
    const { ring } = await rotateKeys({ ...dependencies, rules })
    expect(ring.keys.map(({ alg, publicJwk }) => [alg, Object.keys(publicJwk).sort().join()])).toEqual([
      ['RS256', 'e,kty,n'],
      ['RS256', 'e,kty,n'],
    ])
  })

  it('makes the secret of the change handles once, wrapped in a context of its own', async () => {
    const { dependencies, time } = setUp()
    const { wrappedHandleSecret = '' } = (await rotateKeys(dependencies)).ring
    const wrapped = Buffer.from(wrappedHandleSecret, 'base64')
    expect(await dependencies.wrapper.unwrap(wrapped, { stage: 'test', kid: 'change-handles' })).toHaveLength(32)
    await expect(dependencies.wrapper.unwrap(wrapped, { stage: 'prod', kid: 'change-handles' })).rejects.toThrow()
    time.now += 1_000
    const rotated = await rotateKeys(dependencies)
    expect(rotated).toMatchObject({ changed: true, ring: { wrappedHandleSecret } })
    const kid = rotated.ring.keys.find(({ state }) => state === 'current')?.kid ?? ''
    expect((await rotateKeys(dependencies, { remove: kid })).ring.wrappedHandleSecret).toBe(wrappedHandleSecret)
  })

  it('makes the secret for a ring that has none, and changes nothing else in it', async () => {
    const { dependencies, database } = setUp()
    const { keys, revision } = (await rotateKeys(dependencies)).ring
    database.keyRing = { revision, keys }
    const { changed, ring } = await rotateKeys(dependencies)
    expect(changed).toBe(true)
    expect(ring).toEqual({ revision: revision + 1, keys, wrappedHandleSecret: expect.any(String) })
    expect(database.keyRing).toEqual(ring)
  })

  it('ends in one ring when two run at once', async () => {
    const { dependencies, database } = setUp()
    const both = await Promise.all([rotateKeys(dependencies), rotateKeys(dependencies)])
    expect(both.map(({ changed }) => changed).sort()).toEqual([false, true])
    expect(both[0].ring.keys).toEqual(both[1].ring.keys)
    expect(database.keyRing.keys).toHaveLength(2)
  })

  it('removes a key in an emergency although another run changes the ring meanwhile', async () => {
    const { dependencies, database, time } = setUp()
    const { ring } = await rotateKeys(dependencies)
    time.now += 1_000
    const remove = ring.keys[0]?.kid ?? ''
    await Promise.all([rotateKeys(dependencies), rotateKeys(dependencies, { remove })])
    expect(database.keyRing.keys.some(({ kid }) => kid === remove)).toBe(false)
    expect(database.keyRing.keys.filter(({ state }) => state === 'current')).toHaveLength(1)
    expect(database.changes).toContainEqual(expect.objectContaining({ scope: 'key', kid: remove }))
  })

  it('removes a key in an emergency although no other one can be wrapped', async () => {
    const { dependencies, database } = setUp()
    const [current, next] = (await rotateKeys(dependencies)).ring.keys
    const wrapper = { ...dependencies.wrapper, wrap: () => Promise.reject(new Error('no KMS')) }
    const remove = current?.kid ?? ''
    await expect(rotateKeys({ ...dependencies, wrapper }, { remove })).rejects.toThrow('no KMS')
    expect(database.keyRing.keys.map(({ kid, state }) => [kid, state])).toEqual([[next?.kid, 'current']])
    const again = await rotateKeys(dependencies, { remove })
    expect([again.changed, again.ring.keys.map(({ state }) => state)]).toEqual([true, ['current', 'next']])
  })

  it('puts another key in the place of the one it removed, in one run', async () => {
    const { dependencies, database } = setUp()
    const [current, next] = (await rotateKeys(dependencies)).ring.keys
    const { changed, ring } = await rotateKeys(dependencies, { remove: current?.kid ?? '' })
    expect([changed, ring.keys[0]?.kid, ring.keys.map(({ state }) => state)]).toEqual([
      true,
      next?.kid,
      ['current', 'next'],
    ])
    expect(database.keyRing).toEqual(ring)
  })

  it('gives up when the ring changes under every attempt', async () => {
    const { dependencies } = setUp()
    const keyRing: KeyRingStore = {
      readKeyRing: async () => ({ revision: 0, keys: [] }),
      writeKeyRing: async () => ({ outcome: 'conflict' }),
    }
    await expect(rotateKeys({ ...dependencies, keyRing })).rejects.toThrow('every one of 5 attempts')
  })

  it('changes nothing when the key cannot be wrapped', async () => {
    const { dependencies, database } = setUp()
    const wrapper = { ...dependencies.wrapper, wrap: () => Promise.reject(new Error('no KMS')) }
    await expect(rotateKeys({ ...dependencies, wrapper })).rejects.toThrow('no KMS')
    expect(database.keyRing.keys).toEqual([])
  })
})

describe('publishing keys', () => {
  it('publishes every key of the ring with kid, alg and use, and nothing private', async () => {
    const { dependencies } = setUp()
    const { ring } = await rotateKeys(dependencies)
    const keyRing = { readKeyRing: async () => ring, refreshKeyRing: async () => ring }
    expect(await publishKeys({ keyRing })).toEqual({
      ok: true,
      value: { keys: ring.keys.map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'ES256', use: 'sig' })) },
    })
  })

  it('publishes no empty set', async () => {
    const ring = { revision: 0, keys: [] }
    const keyRing = { readKeyRing: async () => ring, refreshKeyRing: async () => ring }
    expect(await publishKeys({ keyRing })).toMatchObject({ refusal: { code: 'no_signing_key' } })
  })
})

describe('the key ring in memory', () => {
  async function cached() {
    const world = setUp()
    await rotateKeys(world.dependencies)
    world.database.requests.length = 0
    const { keyRing: store, clock } = world.dependencies
    return { ...world, ring: new CachedKeyRing({ store, clock, maxAgeMs: 30_000 }) }
  }

  it('is read once for everybody who asks, until it is too old', async () => {
    const { ring, database, time } = await cached()
    await Promise.all([ring.readKeyRing(), ring.readKeyRing()])
    time.now += 29_999
    await ring.readKeyRing()
    expect(database.requests).toHaveLength(1)
    time.now += 1
    await ring.readKeyRing()
    expect(database.requests).toHaveLength(2)
  })

  it('is read again for an unknown key, once a second at most', async () => {
    const { ring, database, time } = await cached()
    await ring.readKeyRing()
    await ring.refreshKeyRing()
    expect(database.requests).toHaveLength(1)
    time.now += 1_000
    await ring.refreshKeyRing()
    await ring.refreshKeyRing()
    expect(database.requests).toHaveLength(2)
  })

  it('does not keep an empty ring, nor use an old one when the store is down', async () => {
    const { dependencies, database, time } = setUp()
    const ring = new CachedKeyRing({ store: dependencies.keyRing, clock: dependencies.clock, maxAgeMs: 30_000 })
    expect((await ring.readKeyRing()).keys).toEqual([])
    await rotateKeys(dependencies)
    expect((await ring.readKeyRing()).keys).toHaveLength(2)
    time.now += 30_000
    database.fail(new StoreUnavailable(), 1)
    await expect(ring.readKeyRing()).rejects.toThrow(StoreUnavailable)
    expect((await ring.readKeyRing()).keys).toHaveLength(2)
  })
})

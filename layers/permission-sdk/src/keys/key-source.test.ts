import { describe, expect, it } from 'vitest'
import { jwksOf, makeKey } from '../../../../test/support/tokens.ts'
import { createKeySource, type KeySource, type KeySourceOptions } from './key-source.ts'

const first = makeKey('first')
const second = makeKey('second')

/** A key source over a JWKS endpoint that counts, can be changed, and can fail. */
function endpoint(options: Omit<KeySourceOptions, 'fetch'> = {}) {
  const state = { fetches: 0, answer: jwksOf(second) as unknown, fail: false }
  const fetch = async () => {
    state.fetches++
    if (state.fail) throw new Error('down')
    return state.answer
  }
  return { state, source: createKeySource({ ...options, fetch }, 0) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const kids = (source: KeySource, now: number) => [...source.keysAt(now).keys()]

describe('a key source', () => {
  it('answers from its snapshot at once and refreshes it on first use', async () => {
    const { source, state } = endpoint({ snapshot: jwksOf(first) })
    expect(state.fetches).toBe(0)
    expect(kids(source, 0)).toEqual(['first'])
    await settled()
    expect(kids(source, 1)).toEqual(['second'])
    expect([state.fetches, source.generation]).toEqual([1, 2])
  })

  it('fetches again after five minutes, once, while the old set answers', async () => {
    const { source, state } = endpoint({ snapshot: jwksOf(first) })
    kids(source, 0)
    await settled()
    expect(kids(source, 299_999)).toEqual(['second'])
    expect(state.fetches).toBe(1)
    for (let now = 300_000; now < 300_100; now++) expect(kids(source, now)).toEqual(['second'])
    await settled()
    expect(state.fetches).toBe(2)
  })

  it('trusts a set no longer than fifteen minutes, so a removed key ends', async () => {
    const { source, state } = endpoint({ snapshot: jwksOf(first) })
    state.fail = true
    expect(kids(source, 899_999)).toEqual(['first'])
    expect(kids(source, 900_000)).toEqual([])
    await settled()
    state.fail = false
    expect(await source.refresh(930_000)).toBe(true)
    expect(kids(source, 930_000)).toEqual(['second'])
  })

  it('fetches at most once per cooldown, whether that succeeds or not', async () => {
    const { source, state } = endpoint({ snapshot: jwksOf(first) })
    state.fail = true
    for (let now = 0; now < 60_000; now += 10) {
      source.keysAt(now)
      await source.refresh(now)
    }
    expect(state.fetches).toBe(2)
  })

  it('tries again each second while it has no trusted key: every token is refused meanwhile', async () => {
    const { source, state } = endpoint()
    state.fail = true
    for (let now = 0; now < 3_000; now += 10) expect(await source.refresh(now)).toBe(false)
    expect(state.fetches).toBe(3)
    state.fail = false
    expect(await source.refresh(3_000)).toBe(true)
    for (let now = 3_000; now < 33_000; now += 10) expect(await source.refresh(now)).toBe(false)
    expect(state.fetches).toBe(4)
    // The set has ended, too.
    state.fail = true
    for (let now = 903_000; now < 905_000; now += 10) await source.refresh(now)
    expect(state.fetches).toBe(6)
  })

  it('lets everybody wait for one fetch', async () => {
    const { source, state } = endpoint()
    const refreshed = await Promise.all(Array.from({ length: 10 }, () => source.refresh(0)))
    expect(refreshed).toEqual(Array.from({ length: 10 }, () => true))
    expect(state.fetches).toBe(1)
  })

  it('keeps its set when the answer holds no key', async () => {
    const { source, state } = endpoint({ snapshot: jwksOf(first) })
    for (const [at, answer] of [undefined, {}, { keys: [] }, 'garbage'].entries()) {
      state.answer = answer
      expect(await source.refresh(at * 30_000)).toBe(false)
      expect(kids(source, at * 30_000)).toEqual(['first'])
    }
    expect(source.generation).toBe(1)
  })

  it('trusts a snapshot without an endpoint until it is replaced', async () => {
    const source = createKeySource({ snapshot: jwksOf(first) }, 0)
    expect(kids(source, 1e12)).toEqual(['first'])
    expect(await source.refresh(1e12)).toBe(false)
    expect(source.update(jwksOf(second), 1e12)).toBe(true)
    expect(kids(source, 1e12)).toEqual(['second'])
  })

  it('does not start without any key to come by', () => {
    expect(() => createKeySource({}, 0)).toThrow('no usable key')
    expect(() => createKeySource({ snapshot: { keys: [] } }, 0)).toThrow('no usable key')
    const fetched = createKeySource({ snapshot: { keys: [] }, fetch: async () => ({ keys: [] }) }, 0)
    expect(fetched.keysAt(0).size).toBe(0)
  })
})

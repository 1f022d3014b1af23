import { describe, expect, it } from 'vitest'
import { SecretUnavailable } from '../../application/ports.ts'
import { ConnectionSecret, equalsInConstantTime } from './connection-secret.ts'

const first = 'the-first-secret-there-was'
const second = 'the-second-secret-there-is'

function setUp(text: string) {
  const state = { text, reads: 0, now: 1_000_000 }
  const store = {
    readSecret: async () => {
      state.reads += 1
      return state.text
    },
  }
  const secret = new ConnectionSecret({ store, name: 'arn', clock: () => state.now })
  const accepts = (given: string) => secret.accepts((expected) => equalsInConstantTime(given, expected))
  return { state, secret, accepts }
}

describe('the secret of a connection', () => {
  it('changes without a gap: the new one counts when it was put beside the old one, the old one until it is taken away', async () => {
    const { state, accepts } = setUp(JSON.stringify({ secret: first }))
    expect([await accepts(first), await accepts(second)]).toEqual([true, false])
    state.text = JSON.stringify({ secret: second, previous: first })
    expect(await accepts(second)).toBe(false)
    state.now += 30_000
    expect([await accepts(second), await accepts(first)]).toEqual([true, true])
    state.text = JSON.stringify({ secret: second })
    expect(await accepts(first)).toBe(true)
    state.now += 300_000
    expect([await accepts(second), await accepts(first)]).toEqual([true, false])
  })

  it('is read once for many deliveries', async () => {
    const { state, accepts } = setUp(JSON.stringify({ secret: first }))
    for (let i = 0; i < 10; i++) await accepts(first)
    expect(state.reads).toBe(1)
  })

  it.each([
    ['a plain text', first],
    ['a short secret', '{"secret":"short"}'],
    ['an empty one', '{"secret":""}'],
    ['none', '{}'],
    ['an unknown member', JSON.stringify({ secret: first, secrets: second })],
    ['a short previous one', JSON.stringify({ secret: first, previous: '' })],
  ])('is not to be had from %s, and nothing of it is said', async (_, text) => {
    const { accepts } = setUp(text)
    const error: unknown = await accepts('').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SecretUnavailable)
    expect(String(error)).not.toContain(first)
  })
})

describe('comparing', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['', '', true],
    [undefined, '', false],
    ['a', 'aa', false],
  ])('%j with %j', (given, expected, equal) => {
    expect(equalsInConstantTime(given, expected)).toBe(equal)
  })
})

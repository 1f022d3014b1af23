import { randomBytes } from 'node:crypto'
import { type KeyWrapper, UnwrapRefused } from '@rolecast/core/application/ports'
import { beforeEach, describe, expect, it } from 'vitest'

const context = { stage: 'test', kid: 'one' }

/** What every KeyWrapper does. `make` answers two wrappers that hold different keys. */
export function keyWrapperContract(name: string, make: () => Promise<readonly [KeyWrapper, KeyWrapper]>): void {
  describe(`KeyWrapper: ${name}`, () => {
    let wrapper: KeyWrapper
    let other: KeyWrapper

    beforeEach(async () => {
      ;[wrapper, other] = await make()
    })

    it.each([1, 138, 1_218, 4_096])('gives %i bytes back under the same context', async (length) => {
      const plain = new Uint8Array(randomBytes(length))
      const wrapped = await wrapper.wrap(plain, context)
      if (length >= 16) expect(Buffer.from(wrapped).includes(Buffer.from(plain.subarray(0, 16)))).toBe(false)
      expect(await wrapper.unwrap(wrapped, { kid: 'one', stage: 'test' })).toEqual(plain)
    })

    it('wraps the same bytes differently every time', async () => {
      const plain = new Uint8Array(randomBytes(32))
      expect(await wrapper.wrap(plain, context)).not.toEqual(await wrapper.wrap(plain, context))
    })

    it.each<[string, Record<string, string>]>([
      ['another value', { stage: 'prod', kid: 'one' }],
      ['another kid', { stage: 'test', kid: 'two' }],
      ['values exchanged', { stage: 'one', kid: 'test' }],
      ['a member less', { stage: 'test' }],
      ['a member more', { stage: 'test', kid: 'one', extra: '' }],
      ['none', {}],
    ])('refuses another context: %s', async (_, presented) => {
      const wrapped = await wrapper.wrap(new Uint8Array(randomBytes(32)), context)
      await expect(wrapper.unwrap(wrapped, presented)).rejects.toThrow(UnwrapRefused)
    })

    it('refuses what another key wrapped', async () => {
      const wrapped = await other.wrap(new Uint8Array(randomBytes(32)), context)
      await expect(wrapper.unwrap(wrapped, context)).rejects.toThrow(UnwrapRefused)
    })

    it('refuses every altered, shortened or lengthened byte', async () => {
      const wrapped = await wrapper.wrap(new Uint8Array(randomBytes(8)), context)
      const damaged = [...wrapped.keys()].map((index) => wrapped.map((byte, at) => (at === index ? byte ^ 1 : byte)))
      const lengths = [0, 1, 2, 12, 27, wrapped.length - 1].map((length) => wrapped.slice(0, length))
      for (const each of [...damaged, ...lengths, new Uint8Array([...wrapped, 0])]) {
        await expect(wrapper.unwrap(each, context)).rejects.toThrow(UnwrapRefused)
      }
      await expect(wrapper.unwrap(wrapped, context)).resolves.toHaveLength(8)
    })
  })
}

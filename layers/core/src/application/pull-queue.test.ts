import { describe, expect, it } from 'vitest'
import { PullQueue } from './pull-queue.ts'

function setUp() {
  const time = { now: 1_000 }
  const pulls: { readonly startedAt: number; readonly end: (value: string) => void; readonly fail: () => void }[] = []
  const queue = new PullQueue<string>(() => time.now)
  const join = (name: string, floor: number) =>
    queue.join(name, floor, (startedAt) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      pulls.push({ startedAt, end: resolve, fail: () => reject(new Error('store')) })
      return promise
    })
  return { time, pulls, join }
}

describe('the pull queue', () => {
  it('lets requests share a pull that started recently enough for them', async () => {
    const { time, pulls, join } = setUp()
    const first = join('ada', 500)
    time.now += 100
    const second = join('ada', 999)
    pulls[0]?.end('roles')
    expect(await Promise.all([first, second])).toEqual(['roles', 'roles'])
    expect(pulls).toHaveLength(1)
  })

  it('makes a strong request wait for a pull that starts after it, also within one millisecond', async () => {
    const { time, pulls, join } = setUp()
    const old = join('ada', 500)
    const strong = join('ada', time.now)
    const alsoStrong = join('ada', time.now)
    expect(pulls).toHaveLength(1)
    time.now += 10
    pulls[0]?.end('before')
    expect(await old).toBe('before')
    await Promise.resolve()
    expect(pulls.map(({ startedAt }) => startedAt)).toEqual([1_000, 1_010])
    pulls[1]?.end('after')
    expect(await Promise.all([strong, alsoStrong])).toEqual(['after', 'after'])
    expect(pulls).toHaveLength(2)
  })

  it('starts the waiting pull also when the running one throws, and throws only for who joined that one', async () => {
    const { time, pulls, join } = setUp()
    const old = join('ada', 500)
    const strong = join('ada', time.now)
    pulls[0]?.fail()
    await expect(old).rejects.toThrow('store')
    await Promise.resolve()
    pulls[1]?.end('after')
    expect(await strong).toBe('after')
  })

  it('keeps accounts apart and forgets a pull that has ended', async () => {
    const { pulls, join } = setUp()
    const ada = join('ada', 500)
    const bob = join('bob', 500)
    pulls[0]?.end('a')
    pulls[1]?.end('b')
    expect(await Promise.all([ada, bob])).toEqual(['a', 'b'])
    const again = join('ada', 0)
    pulls[2]?.end('again')
    expect(await again).toBe('again')
    expect(pulls).toHaveLength(3)
  })
})

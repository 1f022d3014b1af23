import { expect, test } from 'vitest'
import { eachOf } from './each-of.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 1))

test('keeps the order, and reads no more at once than it may', async () => {
  let underWay = 0
  let most = 0
  const found = await eachOf([5, 1, 4, 2, 3], 2, async (item) => {
    underWay += 1
    most = Math.max(most, underWay)
    for (let turns = 0; turns < item; turns += 1) await turn()
    underWay -= 1
    return { item }
  })
  expect(found).toEqual([5, 1, 4, 2, 3].map((item) => ({ item })))
  expect(most).toBe(2)
})

test('ends with the first failure, and begins nothing after it', async () => {
  const begun: number[] = []
  const end = await eachOf([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item)
    await turn()
    return item === 2 ? ({ outcome: 'partial' } as const) : { item }
  })
  expect(end).toEqual({ outcome: 'partial' })
  expect(begun).not.toContain(5)
})

test('of nothing is nothing', async () => {
  expect(await eachOf([], 3, async () => ({}))).toEqual([])
})

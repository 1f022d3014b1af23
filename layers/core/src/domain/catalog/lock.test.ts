import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { Catalog } from './catalog.ts'
import { grantKeysOf } from './grant-key.ts'
import { appendToLock, parseLock, readLock, writeLock } from './lock.ts'
import { plant, shop, shopLock } from './shop.fixture.ts'

const without = (...keys: string[]): Catalog =>
  plant(shop, {
    permissions: Object.fromEntries(Object.entries(shop.permissions).filter(([key]) => !keys.includes(key))),
  })

describe('appending', () => {
  test('numbers section by section, qualified forms beside their permission', () => {
    expect(shopLock).toEqual({
      application: 'shop',
      epochs: [8],
      numbers: [
        { key: 'orders.view' },
        { key: 'orders.view[own]' },
        { key: 'orders.view[open]' },
        { key: 'orders.refund' },
        { key: 'orders.approve' },
        { key: 'stock.count' },
        { key: 'stock.count[my-shelves]' },
        { key: 'stock.view' },
      ],
    })
  })

  test('changes nothing where nothing changed', () => {
    expect(appendToLock(shop, shopLock)).toEqual({ lock: shopLock, added: [], retired: [] })
  })

  test('appends at the end and opens an epoch', () => {
    const first = appendToLock(without('orders.refund', 'stock.view')).lock
    const { lock, added, retired } = appendToLock(shop, first)
    expect(added).toEqual(['orders.refund', 'stock.view'])
    expect(retired).toEqual([])
    expect(lock.epochs).toEqual([first.numbers.length, first.numbers.length + 2])
    expect(lock.numbers.slice(0, first.numbers.length)).toEqual(first.numbers)
  })

  test('retires what left, in place, in the epoch it opens', () => {
    const { lock, added, retired } = appendToLock(without('orders.view'), shopLock)
    expect(added).toEqual([])
    expect(retired).toEqual(['orders.view', 'orders.view[own]', 'orders.view[open]'])
    expect(lock.epochs).toEqual([shopLock.numbers.length, shopLock.numbers.length])
    expect(lock.numbers[1]).toEqual({ key: 'orders.view[own]', retired: 2 })
    expect(lock.numbers).toHaveLength(shopLock.numbers.length)
  })

  test('gives a key that comes back a new number', () => {
    const gone = appendToLock(without('orders.refund'), shopLock).lock
    const back = appendToLock(shop, gone).lock
    expect(back.numbers[3]).toEqual({ key: 'orders.refund', retired: 2 })
    expect(back.numbers.at(-1)).toEqual({ key: 'orders.refund' })
    expect(back.epochs).toHaveLength(3)
  })

  const permissions = fc.subarray(Object.keys(shop.permissions))
  property.prop([fc.array(permissions, { maxLength: 8 })])('never renumbers, whatever comes and goes', (history) => {
    let lock = shopLock
    for (const removed of history) {
      const catalog = without(...removed)
      const { lock: next } = appendToLock(catalog, lock)
      for (const [number, entry] of lock.numbers.entries()) {
        expect(next.numbers[number]?.key).toBe(entry.key)
        if (entry.retired !== undefined) expect(next.numbers[number]?.retired).toBe(entry.retired)
      }
      expect(next.epochs.slice(0, lock.epochs.length)).toEqual(lock.epochs)
      expect(next.epochs.at(-1)).toBe(next.numbers.length)
      const active = next.numbers.filter((entry) => entry.retired === undefined).map((entry) => entry.key)
      expect(active.toSorted()).toEqual(grantKeysOf(catalog).toSorted())
      lock = next
    }
  })
})

describe('the file', () => {
  test('is read back as written', () => {
    const { lock } = appendToLock(without('stock.count'), shopLock)
    expect(readLock(JSON.parse(writeLock(lock)))).toEqual(lock)
  })

  test.each([
    ['not an object', []],
    ['unknown member', { ...shopLock, author: 'x' }],
    ['application', { ...shopLock, application: 1 }],
    ['epochs', { ...shopLock, epochs: [1.5] }],
    ['epochs', { ...shopLock, epochs: [-1] }],
    ['numbers', { ...shopLock, numbers: {} }],
    ['number 0 has no key', { ...shopLock, numbers: ['orders.view'] }],
    ['number 0 has an unknown member', { ...shopLock, numbers: [{ key: 'a', number: 3 }] }],
    ['retired is not an epoch', { ...shopLock, numbers: [{ key: 'a', retired: true }] }],
  ])('is refused when %s is wrong', (detail, value) => {
    const reading = parseLock(value)
    expect(reading).toMatchObject({ ok: false, detail: expect.stringContaining(detail) })
    expect(() => readLock(value)).toThrow(TypeError)
  })
})

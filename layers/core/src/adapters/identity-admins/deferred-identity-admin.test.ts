import { describe, expect, it } from 'vitest'
import type { IdentityAdmin } from '../../application/ports.ts'
import { MemoryIdentityAdmin } from '../memory/identity-admin.ts'
import { DeferredIdentityAdmin } from './deferred-identity-admin.ts'

const key = { organization: 'acme', account: 'ada' }

function setUp(open: () => Promise<IdentityAdmin>) {
  const time = { now: 0 }
  const failures: unknown[] = []
  let opened = 0
  const admin = new DeferredIdentityAdmin({
    open: () => {
      opened += 1
      return open()
    },
    onFailure: (error) => failures.push(error),
    clock: () => time.now,
  })
  return { admin, time, failures, opened: () => opened }
}

describe('an identity admin that is opened when first needed', () => {
  it('is opened once, by the first read', async () => {
    const source = new MemoryIdentityAdmin()
    const { admin, opened } = setUp(async () => source)
    expect(opened()).toBe(0)
    await Promise.all([admin.readAccount(key, { deadlineMs: 50 }), admin.readAccount(key, { deadlineMs: 50 })])
    expect(await admin.listAccounts('acme', { deadlineMs: 50 })).toEqual({ outcome: 'page', statements: [] })
    expect(opened()).toBe(1)
    expect(source.calls).toHaveLength(3)
  })

  it('takes the time of opening from the deadline', async () => {
    const source = new MemoryIdentityAdmin()
    const setting = setUp(async () => {
      setting.time.now += 30
      return source
    })
    await setting.admin.readAccount(key, { deadlineMs: 100, etag: '"1"' })
    expect(source.calls).toEqual([{ call: 'readAccount', key, deadlineMs: 70, etag: '"1"' }])
    const late = setUp(async () => {
      late.time.now += 100
      return source
    })
    expect(await late.admin.readAccount(key, { deadlineMs: 100 })).toEqual({ outcome: 'timeout' })
  })

  it('ends a read that waits too long for it', async () => {
    const { admin } = setUp(() => new Promise(() => undefined))
    expect(await admin.readAccount(key, { deadlineMs: 5 })).toEqual({ outcome: 'timeout' })
  })

  it('is unavailable when it cannot be opened, and is tried again by the next read', async () => {
    const source = new MemoryIdentityAdmin()
    const attempts = [Promise.reject(new Error('no secret')), Promise.resolve(source)]
    const { admin, failures } = setUp(() => attempts.shift() ?? Promise.resolve(source))
    expect(await admin.readAccount(key, { deadlineMs: 50 })).toEqual({ outcome: 'unavailable', cause: 'network' })
    expect(failures).toEqual([new Error('no secret')])
    expect(await admin.readAccount(key, { deadlineMs: 50 })).toEqual({ outcome: 'not_found' })
  })

  it('is opened anew when it refuses us, once a minute at most: the secret may have been replaced', async () => {
    const sources = [new MemoryIdentityAdmin(), new MemoryIdentityAdmin(), new MemoryIdentityAdmin()]
    const waiting = [...sources]
    const { admin, time, opened } = setUp(async () => waiting.shift() ?? new MemoryIdentityAdmin())
    const read = () => admin.readAccount(key, { deadlineMs: 50 })
    expect(await read()).toEqual({ outcome: 'not_found' })
    for (const source of sources.slice(0, 2)) source.fail({ outcome: 'refused', status: 401 })

    time.now += 59_999
    expect(await read()).toEqual({ outcome: 'refused', status: 401 })
    expect(opened()).toBe(1)
    time.now += 1
    expect(await read()).toEqual({ outcome: 'refused', status: 401 })
    expect(opened()).toBe(2)
    expect(await read()).toEqual({ outcome: 'refused', status: 401 })
    expect(opened()).toBe(2)
    time.now += 60_000
    expect(await read()).toEqual({ outcome: 'not_found' })
    expect(opened()).toBe(3)
  })
})

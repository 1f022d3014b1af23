import { expect, it } from 'vitest'
import { createDenyLog, type DenyEntry } from './deny-log.ts'

it('writes one line per code and second, and loses no deny', () => {
  const time = { at: 1_800_000_000_000 }
  const lines: DenyEntry[] = []
  const log = createDenyLog(
    (entry) => lines.push(entry),
    () => time.at,
  )
  const route = {
    method: 'GET',
    path: '/flows/{flowId}',
    permission: 'flows.read',
    strong: false,
    productDecides: false,
  }
  for (let request = 0; request < 1000; request++) {
    log('bad_signature', undefined)
    time.at += 2
  }
  log('not_granted', route)
  time.at += 1000
  log('bad_signature', route)
  expect(lines).toEqual([
    { event: 'denied', code: 'bad_signature', count: 1 },
    { event: 'denied', code: 'bad_signature', count: 500 },
    { event: 'denied', code: 'not_granted', count: 1, route: 'GET /flows/{flowId}' },
    { event: 'denied', code: 'bad_signature', count: 500, route: 'GET /flows/{flowId}' },
  ])
})

it('goes on when the clock is put back', () => {
  const time = { at: 1_800_000_000_000 }
  const lines: DenyEntry[] = []
  const log = createDenyLog(
    (entry) => lines.push(entry),
    () => time.at,
  )
  log('expired', undefined)
  time.at -= 3_600_000
  log('expired', undefined)
  expect(lines).toHaveLength(2)
})

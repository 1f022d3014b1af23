import { describe, expect, it } from 'vitest'
import { httpEvent, setUp, start } from '../../test/support/authorizer.ts'
import { paperHandle } from '../../test/support/paper-handles.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

async function signedIn() {
  const world = setUp()
  const { service, authorize } = world
  const ann = { grants: ['flows.list'] as readonly string[], version: 1 }
  service.accounts.set('ann', ann)
  const token = await service.mint('ann')
  return {
    ...world,
    take() {
      ann.grants = []
      ann.version++
      service.changes = { versions: { [paperHandle('acme', 'ann')]: ann.version } }
    },
    async calls(presented = token): Promise<string> {
      const { context } = await authorize(httpEvent(presented, 'GET /flows'))
      await settled()
      return context['code' as never] ?? 'ok'
    },
  }
}

describe('the clock of an authorizer', () => {
  it('that is set back a little makes no copy of the feed younger: it is read anew with the next request', async () => {
    const { time, service, take, calls } = await signedIn()
    time.at = start + 20
    expect(await calls()).toBe('ok')
    take()
    const { reads } = service
    time.at -= 4
    expect(await calls()).toBe('not_granted')
    expect(service.reads).toBe(reads + 1)
  })

  it('that is behind makes no token young: an authorizer that has just started reads the feed first', async () => {
    const { time, service, take, calls } = await signedIn()
    take()
    time.at = start - 8
    expect(await calls()).toBe('not_granted')
    expect(service.reads).toBe(1)
  })
})

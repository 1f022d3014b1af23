import { describe, expect, test } from 'vitest'
import { CircuitBreaker, type Permit } from './circuit-breaker.ts'

function start() {
  const time = { now: 1_000_000 }
  const breaker = new CircuitBreaker({ failures: 3, coolDownMs: 1_000, maxCoolDownMs: 3_000 }, () => time.now)
  return { time, breaker, permit: () => permitOf(breaker) }
}

function permitOf(breaker: CircuitBreaker): Permit {
  const permit = breaker.enter()
  if ('openForMs' in permit) throw new Error(`open for ${permit.openForMs} ms`)
  return permit
}

function open({ permit }: ReturnType<typeof start>): void {
  for (let each = 0; each < 3; each++) permit().failed()
}

describe('the circuit breaker', () => {
  test('opens after so many failures in a row, and not before', () => {
    const { breaker, permit } = start()
    permit().failed()
    permit().failed()
    permit().succeeded()
    permit().failed()
    permit().failed()
    expect(breaker.enter()).not.toHaveProperty('openForMs')
    permit().failed()
    expect(breaker.enter()).toEqual({ openForMs: 1_000 })
  })

  test('lets one probe through when the cool-down is over, and closes on its success', () => {
    const rig = start()
    open(rig)
    rig.time.now += 999
    expect(rig.breaker.enter()).toEqual({ openForMs: 1 })
    rig.time.now += 1
    const probe = rig.permit()
    expect(rig.breaker.enter()).toEqual({ openForMs: 0 })
    probe.succeeded()
    rig.permit()
    rig.permit().failed()
    rig.permit().failed()
    expect(rig.breaker.enter()).not.toHaveProperty('openForMs')
  })

  test('stays open twice as long after each failed probe, up to the maximum, and starts over after a success', () => {
    const rig = start()
    open(rig)
    for (const coolDown of [1_000, 2_000, 3_000, 3_000]) {
      expect(rig.breaker.enter()).toEqual({ openForMs: coolDown })
      rig.time.now += coolDown
      rig.permit().failed()
    }
    rig.time.now += 3_000
    rig.permit().succeeded()
    open(rig)
    expect(rig.breaker.enter()).toEqual({ openForMs: 1_000 })
  })

  test('does not listen to requests from before the last change of state', () => {
    const rig = start()
    const early = rig.permit()
    open(rig)
    early.succeeded()
    expect(rig.breaker.enter()).toEqual({ openForMs: 1_000 })
    rig.time.now += 1_000
    const probe = rig.permit()
    early.succeeded()
    early.failed()
    expect(rig.breaker.enter()).toEqual({ openForMs: 0 })
    probe.succeeded()
    rig.permit()
  })

  test('is not kept open by a clock that was set back', () => {
    const rig = start()
    open(rig)
    rig.time.now -= 3_600_000
    expect(rig.breaker.enter()).toEqual({ openForMs: 1_000 })
    rig.time.now += 1_000
    expect(rig.breaker.enter()).not.toHaveProperty('openForMs')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapRoles } from './role-mapping.ts'

const mapping = { g1: 'customer-v2/flow_viewer', g2: ['interact/custom:desk', 'customer-v2/flow_viewer'] }

describe('a closed mapping', () => {
  it('gives each role once, in one order, and counts the names that mean nothing', () => {
    expect(mapRoles([{ mapping, names: ['g2', 'g1', 'g2', 'G1', 'g1 ', ''] }])).toEqual({
      roles: [
        { application: 'customer-v2', role: 'flow_viewer' },
        { application: 'interact', role: 'custom:desk' },
      ],
      unmapped: 3,
    })
  })

  it('keeps the names of one kind apart from those of another', () => {
    const groups = { admin: 'customer-v2/flow_publisher' }
    const named = [
      { mapping: groups, names: [] },
      { mapping: {}, names: ['admin'] },
    ]
    expect(mapRoles(named)).toEqual({ roles: [], unmapped: 1 })
  })

  it('gives nothing for any name that it does not hold, the members of every object included', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', 'toString', 'customer-v2/flow_viewer'),
    )
    fc.assert(
      fc.property(fc.array(anything), (names) => {
        const others = names.filter((name) => name !== 'g1' && name !== 'g2')
        expect(mapRoles([{ mapping, names: others }])).toEqual({ roles: [], unmapped: new Set(others).size })
      }),
    )
  })
})

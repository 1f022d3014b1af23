import { expect, it } from 'vitest'
import { withoutDefaultFull } from './held-roles.ts'

const clerk = { application: 'shop', role: 'clerk' }
const organization = {
  applications: {
    shop: { features: [], defaultFull: true },
    desk: { features: [], defaultFull: true },
    plain: { features: [], defaultFull: false },
  },
}

it('keeps a user without roles out of every application in which no role would mean everything', () => {
  const unreadable = (application: string) => ({ application, role: 'unreadable' })
  expect(withoutDefaultFull({ roles: [] }, organization)).toEqual([unreadable('desk'), unreadable('shop')])
  expect(withoutDefaultFull({ roles: [clerk] }, organization)).toEqual([unreadable('desk'), clerk])
  expect(withoutDefaultFull({ roles: [clerk] }, undefined)).toEqual([clerk])
})

import { catalogs } from '@rolecast/catalogs'
import { describe, expect, test } from 'vitest'
import { customRoles, organizationAdmin, organizations, people, rolesOnOffer } from './demo-data.ts'

const all = organizations('http://127.0.0.1:1')
const roles = people.flatMap((person) => person.roles.map((role) => ({ ...role, organization: person.organization })))

describe('the demo data', () => {
  test('names every account, username and address once', () => {
    for (const name of ['account', 'username', 'email'] as const) {
      expect(new Set(people.map((each) => each[name])).size).toBe(people.length)
    }
  })

  test('has somebody for every role of Customer v2 in every organization, an administrator, a newcomer and a leaver', () => {
    for (const { organization } of all) {
      const own = people.filter((each) => each.organization === organization)
      for (const role of Object.keys(catalogs['customer-v2'].catalog.roles)) {
        const holders = own.filter((each) => each.status === 'active' && each.roles.some((held) => held.role === role))
        expect(holders.length, `${organization} ${role}`).toBeGreaterThan(0)
      }
      expect(own.filter((each) => each.roles.includes(organizationAdmin))).toHaveLength(1)
      expect(own.some((each) => each.status === 'inactive' && each.roles.length > 0)).toBe(true)
      expect(own.some((each) => each.status === 'active' && each.roles.length === 0)).toBe(true)
    }
  })

  test('uses only roles that iX Admin offers, of applications that the organization has', () => {
    for (const { organization, application, role } of roles) {
      const offer = rolesOnOffer.find((each) => each.application === application)
      expect(
        offer?.roles.map((each) => each.role),
        `${application} ${role}`,
      ).toContain(role)
      if (application === organizationAdmin.application) continue
      expect(Object.keys(all.find((each) => each.organization === organization)?.applications ?? {})).toContain(
        application,
      )
    }
  })

  test('defines every custom role that somebody holds, and only with permissions that exist', () => {
    for (const { organization, application, role } of roles.filter((each) => each.role.startsWith('custom:'))) {
      const id = role.slice('custom:'.length)
      const found = customRoles.find(
        (each) => each.organization === organization && each.application === application && each.id === id,
      )
      expect(found, `${organization} ${application} ${role}`).toBeDefined()
    }
    for (const { application, grants, gates } of customRoles) {
      const { catalog, numberOf } = catalogs[application as keyof typeof catalogs]
      expect([...numberOf.keys()]).toEqual(expect.arrayContaining([...grants]))
      expect(catalog.policy.customRoles).toBe(gates.length > 0 ? 'gates' : 'grants')
    }
  })

  test('has every application in one organization, and opts in to full access in exactly one', () => {
    expect(Object.keys(all[0]?.applications ?? {}).toSorted()).toEqual(Object.keys(catalogs).toSorted())
    const optedIn = all.flatMap(({ organization, applications }) =>
      Object.entries(applications).flatMap(([application, { defaultFull }]) =>
        defaultFull ? [`${organization} ${application}`] : [],
      ),
    )
    expect(optedIn).toEqual(['acme intuidy'])
  })
})

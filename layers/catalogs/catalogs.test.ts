import type { GrantKey, Section } from '@rolecast/core/domain/catalog/catalog'
import { checkCatalog } from '@rolecast/core/domain/catalog/check'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { GrantKeyOf } from '@rolecast/core/domain/catalog/define'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type Application, catalogs } from './catalogs.ts'

describe.each(Object.entries(catalogs))('%s', (application, compiled) => {
  test('is known by its application', () => {
    expect(compiled.catalog.application).toBe(application)
  })

  test('has nothing to correct', () => {
    const numbers = compiled.keys.map((key) => ({ key: key as GrantKey }))
    const lock = { application, epochs: compiled.epochs, numbers }
    const found = checkCatalog(compiled.catalog, { lock }).filter(({ severity }) => severity !== 'note')
    expect(found).toEqual([])
  })

  test('says of every permission, role, section and feature what it is', () => {
    const { permissions, roles, sections, features } = compiled.catalog
    const tables: readonly Readonly<Record<string, Section>>[] = [permissions, roles, sections, features]
    for (const { title, description } of tables.flatMap((table) => Object.values(table))) {
      expect(title).toMatch(/\S/)
      expect(description).toMatch(/\S/)
    }
  })
})

test('applications and permissions are literal types, in what the SDK takes too', () => {
  expectTypeOf<Application>().toEqualTypeOf<'customer-v2' | 'app-xchange' | 'infobip' | 'intuidy' | 'interact'>()
  const decision = toDecisionCatalog(catalogs['app-xchange'])
  expectTypeOf<'flows.run'>().toExtend<(typeof decision)['gated'][number]>()
  expectTypeOf<'flows.runn'>().not.toExtend<(typeof decision)['gated'][number]>()
  expectTypeOf<'flows.run[accessible-workspaces]'>().toExtend<GrantKeyOf<(typeof catalogs)['app-xchange']['catalog']>>()
  expectTypeOf<'schedules.run[accessible-workspaces]'>().not.toExtend<
    GrantKeyOf<(typeof catalogs)['app-xchange']['catalog']>
  >()
})

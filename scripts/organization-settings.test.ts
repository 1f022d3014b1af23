import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import { describe, expect, it } from 'vitest'
import { InvalidSettings, putSettings, readSettings } from './organization-settings.ts'

const file = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://acme.example.com',
  applications: { 'customer-v2': { features: ['reporting'] }, intuidy: { defaultFull: true } },
}

describe('the settings of an organization', () => {
  it('are read, with nothing enabled that is not said', () => {
    expect(readSettings(file).applications).toEqual({
      'customer-v2': { features: ['reporting'], defaultFull: false },
      intuidy: { features: [], defaultFull: true },
    })
  })

  it.each([
    ['an unknown application', { ...file, applications: { nothing: {} } }, 'applications'],
    ['an unknown feature', { ...file, applications: { 'customer-v2': { features: ['flying'] } } }, 'no feature flying'],
    ['a misspelt member', { ...file, isuer: 'x' }, 'isuer'],
    ['an issuer that is no address', { ...file, issuer: 'acme' }, 'issuer'],
    [
      'full access where the application knows none',
      { ...file, applications: { 'customer-v2': { defaultFull: true } } },
      'defaultFull would do nothing',
    ],
  ])('refuse %s', (_case, value, reason) => {
    expect(() => readSettings(value)).toThrow(InvalidSettings)
    expect(() => readSettings(value)).toThrow(reason)
  })

  it('are written and changed, revision by revision', async () => {
    const { organizations } = memoryStores()
    expect(await putSettings(organizations, readSettings(file))).toEqual({ outcome: 'written', revision: 1 })
    expect(await putSettings(organizations, readSettings({ ...file, title: 'Acme Ltd' }))).toMatchObject({
      revision: 2,
    })
    expect(await organizations.readOrganization('acme')).toMatchObject({ title: 'Acme Ltd', revision: 2 })
  })

  it('leave alone what the organization changed of its roles', async () => {
    const { organizations } = memoryStores()
    const settings = readSettings(file)
    const roleChanges = { viewer: { enabled: [], disabled: ['view_dashboards'] } }
    const changed = { ...settings.applications, intuidy: { features: [], defaultFull: true, roleChanges } }
    await organizations.putOrganization({ ...settings, applications: changed, revision: 0 })
    await putSettings(organizations, settings)
    expect((await organizations.readOrganization('acme'))?.applications['intuidy']?.roleChanges).toEqual(roleChanges)
  })

  it('are not written over somebody else’s change', async () => {
    const { organizations } = memoryStores()
    const meanwhile = {
      ...organizations,
      readOrganization: async () => undefined,
      putOrganization: organizations.putOrganization.bind(organizations),
      markOrganizationDirty: organizations.markOrganizationDirty.bind(organizations),
    }
    await putSettings(organizations, readSettings(file))
    expect(await putSettings(meanwhile, readSettings(file))).toEqual({ outcome: 'conflict' })
  })
})

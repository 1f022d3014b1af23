import { describe, expect, it } from 'vitest'
import type { CustomRole, Organization } from '../assignment/organization.ts'
import {
  changeOverlapMs,
  changeRetentionSeconds,
  roleChangeRemovesAnything,
  settingsRemoveAnything,
} from './change-entry.ts'
import { clockToleranceMs } from './policy.ts'
import { tokenLife } from './token-life.ts'

const settings: Organization = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://login.example',
  applications: { shop: { features: ['refunds', 'returns'], defaultFull: true } },
  revision: 1,
}

it('is remembered until the last token minted before it has ended, for readers whose clocks differ, too', () => {
  const differenceMs = changeOverlapMs + clockToleranceMs
  expect(changeRetentionSeconds).toBeGreaterThanOrEqual(tokenLife.most + differenceMs / 1000)
})

describe('settingsRemoveAnything', () => {
  it.each<[string, Partial<Organization>, boolean]>([
    ['nothing', {}, false],
    ['the title', { title: 'Other' }, false],
    ['the issuer', { issuer: 'https://other.example' }, true],
    [
      'something a role grants gone',
      {
        applications: {
          shop: {
            features: ['refunds', 'returns'],
            defaultFull: true,
            roleChanges: { clerk: { enabled: [], disabled: ['refunds'] } },
          },
        },
      },
      true,
    ],
    ['one feature gone', { applications: { shop: { features: ['returns'], defaultFull: true } } }, true],
    [
      'features in another order',
      { applications: { shop: { features: ['returns', 'refunds'], defaultFull: true } } },
      false,
    ],
    ['one feature for another', { applications: { shop: { features: ['refunds', 'x'], defaultFull: true } } }, true],
    ['default-full off', { applications: { shop: { features: ['refunds', 'returns'], defaultFull: false } } }, true],
    ['the application gone', { applications: {} }, true],
    [
      'an application more',
      { applications: { ...settings.applications, library: { features: [], defaultFull: false } } },
      false,
    ],
  ])('of %s', (_, change, expected) => {
    expect(settingsRemoveAnything(settings, { ...settings, ...change })).toBe(expected)
  })

  it('does not take a member of Object.prototype for an application', () => {
    const before = { ...settings, applications: { constructor: { features: [], defaultFull: false } } }
    expect(settingsRemoveAnything(before, { ...settings, applications: {} })).toBe(true)
  })

  it('takes nothing where there was nothing', () => {
    expect(settingsRemoveAnything(undefined, settings)).toBe(false)
  })
})

describe('roleChangeRemovesAnything', () => {
  const role: CustomRole = {
    organization: 'acme',
    application: 'shop',
    id: 'packer',
    title: 'Packer',
    description: '',
    grants: ['order/read', 'order/pack'],
    gates: ['hall-7'],
    revision: 1,
  }

  it.each<[string, Partial<CustomRole>, boolean]>([
    ['nothing', {}, false],
    ['the title', { title: 'Other' }, false],
    ['a grant more', { grants: ['order/read', 'order/pack', 'order/send'] }, false],
    ['a grant gone', { grants: ['order/read'] }, true],
    ['a grant for another', { grants: ['order/read', 'order/send'] }, true],
    ['a gate more', { gates: ['hall-7', 'hall-8'] }, false],
    ['a gate gone', { gates: [] }, true],
  ])('of %s', (_, change, expected) => {
    expect(roleChangeRemovesAnything(role, { ...role, ...change })).toBe(expected)
  })

  it('says that deleting removes and creating does not', () => {
    expect(roleChangeRemovesAnything({ ...role, grants: [], gates: [] }, undefined)).toBe(true)
    expect(roleChangeRemovesAnything(undefined, role)).toBe(false)
  })
})

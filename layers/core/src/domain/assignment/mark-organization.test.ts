import { describe, expect, it } from 'vitest'
import { clockToleranceMs, markOf, organizationMarkOf } from '../freshness/policy.ts'
import { markOrganization, withMarks } from './mark-organization.ts'
import type { Organization } from './organization.ts'

const acme: Organization = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://login.example',
  applications: {},
  revision: 4,
}
const marked = { ...acme, dirtySince: 90_000 }

describe('a hint about an organization', () => {
  it('marks it later than any read before it, whatever clock that went by', () => {
    expect(markOrganization(acme, 500)).toEqual({ ...acme, dirtySince: organizationMarkOf(500, undefined) })
  })

  it('marks it later than a pull counts as that a hint about an account made later, by a clock ahead', () => {
    const lifted = markOf(500 + clockToleranceMs, undefined) + 1
    expect(markOrganization(acme, 501).dirtySince).toBeGreaterThan(lifted)
  })

  it('marks it anew every time, and only forwards: what was pulled since the last mark is from before this one', () => {
    for (const hintedAt of [500, 501, 1]) {
      expect(markOrganization(marked, hintedAt)).toEqual({ ...acme, dirtySince: 90_050 })
    }
  })
})

describe('settings', () => {
  it('written by somebody who does not speak of marks lose none', () => {
    expect(withMarks(marked, acme, 900)).toEqual(marked)
    expect(withMarks(marked, { ...acme, dirtySince: 100 }, 900)).toEqual(marked)
    expect(withMarks(undefined, acme, 900)).toBe(acme)
  })

  it('that name another identity admin mark the organization', () => {
    const moved = { ...acme, identityAdmin: 'okta' }
    expect(withMarks(acme, moved, 900)).toEqual({ ...moved, dirtySince: organizationMarkOf(900, undefined) })
    expect(withMarks(moved, acme, 900), 'back to the default').toEqual({
      ...acme,
      dirtySince: organizationMarkOf(900, undefined),
    })
    expect(withMarks(moved, moved, 900)).toBe(moved)
    expect(withMarks(undefined, moved, 900), 'nothing was confirmed by anybody before').toBe(moved)
  })
})

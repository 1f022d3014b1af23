import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { sourcesOf } from './dependencies.ts'

const ixAdmin = { kind: 'ix-admin', name: 'ix-admin', url: 'https://ix.example', clientId: 'rolecast' }
const other = { ...ixAdmin, name: 'other' }
const env = {
  ROLECAST_TABLE: 'table',
  ROLECAST_EVENT_SOURCES: '[{"source":"rolecast.ix-admin"}]',
  ROLECAST_IDENTITY_ADMINS: JSON.stringify([ixAdmin, other]),
  ROLECAST_IDENTITY_ADMINS_SECRET: 'arn',
}
const withSources = (...sources: readonly object[]) =>
  readConfig({ ...env, ROLECAST_EVENT_SOURCES: JSON.stringify(sources) })

describe('the settings of the ingest function', () => {
  it('are complete with the required ones', () => {
    expect(readConfig({ ...env, HOME: '/' })).toMatchObject({
      table: 'table',
      eventSources: [{ source: 'rolecast.ix-admin' }],
      partnerEvents: [],
      pullDeadlineMs: 4_000,
      deliveries: 5,
    })
  })

  it.each<[Record<string, string | undefined>, string]>([
    [{ ROLECAST_TABLE: undefined }, 'ROLECAST_TABLE: is missing'],
    [{ ROLECAST_EVENT_SOURCES: undefined }, 'ROLECAST_EVENT_SOURCES: is missing'],
    [{ ROLECAST_EVENT_SOURCES: 'x' }, 'is not JSON'],
    [{ ROLECAST_EVENT_SOURCES: '[{"source":"rolecast.hooks"}]' }, 'is the name of our own hints'],
    [{ ROLECAST_EVENT_SOURCES: '[{"source":"aws.ec2"}]' }, 'is a name that only AWS may use'],
    [{ ROLECAST_EVENT_SOURCES: '[{"source":"a"},{"source":"a"}]' }, 'names a source twice'],
    [{ ROLECAST_EVENT_SOURCES: '[{"source":"a","jwksUri":"http://ix.example"}]' }, 'must be an https URL'],
    [{ ROLECAST_EVENT_SOURCES: '[{"source":"a","organizations":[]}]' }, 'must name an organization'],
    [{ ROLECAST_EVENT_SOURCES: '[{"source":"a","identityAdmin":"x"}]' }, 'names an unknown identity admin'],
    [{ ROLECAST_DELIVERIES: '0' }, 'ROLECAST_DELIVERIES: must be a whole number from 1'],
    [{ ROLECAST_STAGE: 'dev' }, 'ROLECAST_STAGE: is not a setting of the ingest function'],
  ])('refuse %j', (change, message) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(InvalidConfig)
    expect(() => readConfig({ ...env, ...change })).toThrow(message)
  })
})

describe('the sources of events', () => {
  it('state for the first identity admin where they name none, and for the one they name', () => {
    const sources = sourcesOf(
      withSources({ source: 'a' }, { source: 'b', identityAdmin: 'other', organizations: ['acme'] }),
    )
    expect(sources.get('a')).toEqual({ source: 'a', tells: 'stated', identityAdmin: 'ix-admin', isDefault: true })
    expect(sources.get('b')).toEqual({
      source: 'b',
      tells: 'stated',
      identityAdmin: 'other',
      isDefault: false,
      organizations: ['acme'],
    })
  })

  it('are our own hooks, too, which only hint', () => {
    expect(sourcesOf(withSources()).get('rolecast.hooks')).toEqual({ source: 'rolecast.hooks', tells: 'hinted' })
  })
})

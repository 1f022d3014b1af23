import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PartnerConnection } from '../environment/hook-connections.ts'
import { readPartnerEvent } from './partner-events.ts'

const sample = (source: string, name: string): unknown =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../../../../../events', source, 'samples', `${name}.json`), 'utf8'),
  )

const okta: PartnerConnection = {
  kind: 'okta-partner',
  name: 'acme-okta-bus',
  organization: 'acme',
  accounts: 'id',
  eventSource: 'aws.partner/okta.com/acme/rolecast',
}
const auth0 = (organization: string, sourceOrganization: string): PartnerConnection => ({
  kind: 'auth0-partner',
  name: `${organization}-auth0-bus`,
  organization,
  eventSource: 'aws.partner/auth0.com/acme-3f0c/auth0.events',
  sourceOrganization,
})
const now = 1_793_046_500_000

describe('a partner event', () => {
  it('of Okta is read for the connection of its source', () => {
    const readings = readPartnerEvent([okta], sample('okta', 'log-stream'), now)
    expect(readings).toMatchObject([
      { hints: [{ source: 'acme-okta-bus', organization: 'acme', account: '00u4vera5AbCdEfGh6i7' }], ignored: 0 },
    ])
  })

  it('of a tenant with several organizations concerns only the one it names', () => {
    const connections = [auth0('acme', 'org_Ab12Cd34Ef56Gh78'), auth0('globex', 'org_another000000000')]
    const readings = readPartnerEvent(connections, sample('auth0', 'events-on-bus'), now)
    expect(readings).toMatchObject([{ hints: [{ organization: 'acme' }] }, { hints: [], ignored: 1 }])
  })

  it('that cannot be read is refused for its connection', () => {
    const readings = readPartnerEvent([okta], { source: okta.eventSource, detail: null }, now)
    expect(readings).toMatchObject([{ hints: [], refused: [{ reason: 'no eventType' }] }])
  })

  it.each([null, {}, { source: 'aws.partner/okta.com/other/rolecast' }, { source: 'aws.partner/okta.com' }])(
    'is nobody’s where no connection has its source: %j',
    (envelope) => {
      expect(readPartnerEvent([okta], envelope, now)).toBeUndefined()
    },
  )
})

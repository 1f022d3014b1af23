import { describe, expect, it } from 'vitest'
import type { SourceSettings } from '../environment/identity-admins.ts'
import { MemoryIdentityAdmin } from '../memory/identity-admin.ts'
import { openIdentityAdmins } from './open.ts'
import { settingsOf } from './scripted.fixture.ts'

const key = { organization: 'acme', account: 'ada' }
// Nobody listens there: an adapter that was opened fails by the network, at once.
const url = 'http://127.0.0.1:9'
const named = (name: string, settings: SourceSettings): SourceSettings => ({ ...settings, name })
const sources = [
  named('ix-admin', settingsOf({ kind: 'ix-admin', url, clientId: 'c' })),
  named('okta', settingsOf({ kind: 'okta', organization: 'acme', url, groups: {} })),
  named('auth0', settingsOf({ kind: 'auth0', url, clientId: 'c', organizations: { acme: 'org_1' }, roles: {} })),
  named('keycloak', settingsOf({ kind: 'keycloak', organization: 'acme', url, realm: 'r', clientId: 'c' })),
  named('scim', settingsOf({ kind: 'scim', organization: 'acme', url })),
  named('directory', settingsOf({ kind: 'directory' })),
]
const secrets = {
  'ix-admin': { clientSecret: 'hush' },
  okta: { token: 'hush' },
  auth0: { clientSecret: 'hush' },
  keycloak: { clientSecret: 'hush' },
  scim: { token: 'hush' },
}

function start(text: string, options: { readonly directory?: () => MemoryIdentityAdmin } = {}) {
  const failures: string[] = []
  let reads = 0
  const admins = openIdentityAdmins({
    sources,
    readSecret: async () => {
      reads += 1
      return text
    },
    onFailure: (error, source) => void failures.push(`${source}: ${error instanceof Error ? error.message : ''}`),
    clock: Date.now,
    ...options,
  })
  const read = (source: string) => admins.readAccount(key, { source, deadlineMs: 900 })
  return { read, failures, reads: () => reads }
}

describe('the configured sources', () => {
  it.each(Object.keys(secrets))('open %s by its first read, with its secret', async (source) => {
    const { read, failures, reads } = start(JSON.stringify(secrets))
    expect(reads()).toBe(0)
    expect(await read(source)).toEqual({ outcome: 'unavailable', cause: 'network' })
    expect(failures).toEqual([])
    expect(reads()).toBe(1)
  })

  it.each(Object.keys(secrets))(
    'are unavailable where the secret of %s is missing or of another kind, and say so',
    async (source) => {
      for (const text of ['', '{}', JSON.stringify({ ...secrets, [source]: { other: 'hush' } })]) {
        const { read, failures } = start(text)
        expect(await read(source)).toEqual({ outcome: 'unavailable', cause: 'network' })
        expect(failures).toEqual([`${source}: the secret of the identity admins holds none for "${source}"`])
      }
      const { read, failures } = start(
        JSON.stringify({ ...secrets, [source]: { privateKey: '-----BEGIN PRIVATE KEY-----hush' } }),
      )
      expect(await read(source)).toEqual({ outcome: 'unavailable', cause: 'network' })
      expect(failures[0]).toContain(`the identity admin "${source}" needs`)
      expect(failures.join()).not.toContain('hush')
    },
  )

  it('have a directory where the function gives one, without any secret', async () => {
    const statement = { ...key, version: 1, status: 'active' as const, roles: [], occurredAt: 0 }
    const { read, reads } = start('', { directory: () => new MemoryIdentityAdmin({ statements: [statement] }) })
    expect(await read('directory')).toMatchObject({ outcome: 'statement', statement })
    expect(reads()).toBe(0)
  })

  it('have none elsewhere', async () => {
    const { read, failures } = start('')
    expect(await read('directory')).toEqual({ outcome: 'unavailable', cause: 'network' })
    expect(failures).toEqual(['directory: there is no directory for "directory" in this function'])
  })

  it('refuse a name that is not configured', async () => {
    expect(await start('').read('okta-globex')).toEqual({ outcome: 'refused', status: 404 })
  })
})

import { createHash, createHmac } from 'node:crypto'
import { Directory } from '@rolecast/core/adapters/identity-admins/directory/directory'
import { timeOrderedId } from '@rolecast/core/adapters/identity-admins/directory/time-ordered-id'
import { nameOf, nameOfAccount } from '@rolecast/core/adapters/memory/database'
import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import type { DirectorySettings } from '@rolecast/core/application/directory/ports'
import { compiledShop } from '@rolecast/core/domain/catalog/shop.fixture'
import type { ScimDependencies } from '../../../functions/scim/context.ts'
import { createHandler } from '../../../functions/scim/create-handler.ts'
import { createLog } from '../../../functions/scim/log.ts'
import { httpApiEvent, lambdaContext } from '../../support/http-api-event.ts'
import { acme, start } from '../../support/world.ts'

export const baseUrl = 'https://scim.rolecast.example/scim/v2'

export const schemas = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  groupRoles: 'urn:rolecast:scim:schemas:extension:1.0:Group',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  search: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
  bulk: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers, and an expectation says what they are
type Body = any

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Sent as it is. */
  readonly text?: string
  readonly token?: string | null
}

/** A SCIM service provider over stores in memory, with a token for each of two organizations whose roles come from it. */
export function createScimWorld(options: { readonly settings?: Partial<DirectorySettings> } = {}) {
  const time = { now: start }
  const clock = () => time.now
  const stores = memoryStores({ clock })
  const { database, accounts, customRoles, directory, organizations, scimTokens } = stores
  const lines: string[] = []
  const identityAdmin = new Directory({ directory, organizations, clock })
  const dependencies: ScimDependencies = {
    directory,
    scimTokens,
    organizations,
    customRoles,
    catalogs: new Map([['shop', compiledShop]]),
    settling: { accounts, identityAdmin, pullDeadlineMs: 1_000, clock },
    sources: ['directory'],
    baseUrl,
    clock,
    newId: () => timeOrderedId(clock()),
    hash: (text) => createHash('sha256').update(text).digest('base64url'),
    sign: (text, key) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22),
    log: createLog((line) => void lines.push(line)),
  }
  for (const organization of ['acme', 'globex']) {
    database.organizations.set(nameOf(organization), { ...acme, organization, identityAdmin: 'directory' })
    const hash = dependencies.hash(`token-of-${organization}`)
    void scimTokens.addToken({ organization, id: 'first', hash, createdAt: start - 1, expiresAt: start + 1e12 })
    const given = { organization, account: 'externalId', groupRoles: [], announceRoles: false } as const
    void directory.putSettings({ ...given, ...options.settings })
  }
  const handler = createHandler(dependencies)

  const call = async (method: string, url: string, asked: Asked = {}): Promise<Answered> => {
    const [path = '', query = ''] = url.split('?')
    const { token = 'token-of-acme' } = asked
    const text = asked.text ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body))
    const event = httpApiEvent({
      method,
      path: `/scim/v2${path}`,
      query,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...asked.headers,
      },
      ...(text === undefined ? {} : { body: text, base64: true }),
    })
    const result = await handler(event, lambdaContext)
    const headers = Object.fromEntries(
      Object.entries(result.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    const body = result.body === undefined ? undefined : JSON.parse(result.body)
    return { status: result.statusCode ?? 0, headers, body }
  }

  return {
    ...stores,
    dependencies,
    identityAdmin,
    time,
    lines,
    call,
    get: (url: string, asked?: Asked) => call('GET', url, asked),
    post: (url: string, body: unknown, asked: Asked = {}) => call('POST', url, { ...asked, body }),
    put: (url: string, body: unknown, asked: Asked = {}) => call('PUT', url, { ...asked, body }),
    remove: (url: string, asked?: Asked) => call('DELETE', url, asked),
    patch: (url: string, operations: readonly unknown[], asked: Asked = {}) =>
      call('PATCH', url, { ...asked, body: { schemas: [schemas.patch], Operations: operations } }),
    makeUser: async (userName: string, more: object = {}): Promise<Body> => {
      const user = { schemas: [schemas.user], userName, externalId: `ext-${userName}`, ...more }
      const { status, body } = await call('POST', '/Users', { body: user })
      if (status !== 201) throw new Error(`no user was made: ${JSON.stringify(body)}`)
      return body
    },
    makeGroup: async (displayName: string, more: object = {}): Promise<Body> => {
      const { status, body } = await call('POST', '/Groups', {
        body: { schemas: [schemas.group], displayName, ...more },
      })
      if (status !== 201) throw new Error(`no group was made: ${JSON.stringify(body)}`)
      return body
    },
    /** What is stored of an account, as the token service would find it. */
    record: (account: string, organization = 'acme') => database.accounts.get(nameOfAccount({ organization, account })),
  }
}

/** An error of SCIM (RFC 7644 section 3.12), which has no other members. */
export function scimError(status: number, scimType?: string) {
  return {
    status,
    headers: { 'content-type': 'application/scim+json' },
    body: { schemas: [schemas.error], status: String(status), ...(scimType !== undefined && { scimType }) },
  }
}

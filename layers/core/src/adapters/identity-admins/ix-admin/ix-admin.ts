import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../../application/ports.ts'
import type { AccountKey } from '../../../domain/assignment/statement.ts'
import { type Answer, hasMediaType } from '../http/attempt.ts'
import { checkedUrl } from '../http/checked-url.ts'
import { secretInHeader } from '../http/client-authentication.ts'
import { ClientCredentials } from '../http/client-credentials.ts'
import { Source } from '../http/source.ts'
import { type Surroundings, surroundingsWith } from '../http/surroundings.ts'
import { IDENTIFIER } from '../identifier.ts'
import { ENTITY_TAG, parsePage, parseProblemType, parseStatement } from './statement-format.ts'

const MAX_STATEMENT_BYTES = 64 * 1024
const MAX_PAGE_BYTES = 4 * 1024 * 1024
const PAGE_LIMIT = 200
const NOT_FOUND = [
  'urn:rolecast:identity-admin:account-not-found',
  'urn:rolecast:identity-admin:organization-not-found',
]

export interface IxAdminSettings {
  /** `https:`, or `http:` on a loopback address; a path is kept as prefix. */
  readonly baseUrl: string
  /** Where access tokens come from; without it `<baseUrl>/oauth/token`. The same rule for its scheme. */
  readonly tokenUrl?: string
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * iX Admin, and whatever else speaks events/identity-admin/openapi.yaml. Every end of a read is a named outcome; none throws.
 * `not_found` is only what the source says in so many words: any other 404 is garbage. An organization or account whose name the
 * contract does not allow does not exist, and is not asked for.
 * @throws TypeError from the constructor if the settings cannot be used; the message never repeats them.
 */
export class IxAdmin implements IdentityAdmin {
  readonly #base: string
  readonly #source: Source

  constructor(settings: IxAdminSettings, surroundings: Partial<Surroundings> = {}) {
    this.#base = checkedUrl(settings.baseUrl, 'base URL').href.replace(/\/$/, '')
    if (settings.clientId === '' || settings.clientSecret === '') {
      throw new TypeError('The identity admin client needs an identifier and a secret')
    }
    const around = surroundingsWith(surroundings)
    const credentials = new ClientCredentials(
      {
        tokenUrl: checkedUrl(settings.tokenUrl ?? `${this.#base}/oauth/token`, 'token URL'),
        client: secretInHeader(settings),
        parameters: { scope: 'statements:read' },
      },
      around,
    )
    this.#source = new Source(credentials, around)
  }

  async readAccount(
    key: AccountKey,
    options: { readonly etag?: string; readonly deadlineMs: number },
  ): Promise<PullOutcome> {
    if (!IDENTIFIER.test(key.organization) || !IDENTIFIER.test(key.account)) return { outcome: 'not_found' }
    const etag = options.etag !== undefined && ENTITY_TAG.test(options.etag) ? options.etag : undefined
    const answer = await this.#source.get(options.deadlineMs, {
      url: new URL(`${this.#accountsOf(key.organization)}/${encodeURIComponent(key.account)}`),
      headers: { accept: 'application/json', ...(etag === undefined ? {} : { 'if-none-match': etag }) },
      maxBytes: MAX_STATEMENT_BYTES,
    })
    if ('outcome' in answer) return answer
    if (answer.status === 304) return unchanged(answer, etag)
    if (answer.status === 404) return notFound(answer)
    if (!isJson(answer)) return unexpected(answer)
    const parsed = parseStatement(answer.text, key)
    if (parsed.outcome !== 'parsed') return parsed
    const tag = answer.headers.get('etag')
    return tag !== null && ENTITY_TAG.test(tag)
      ? { outcome: 'statement', statement: parsed.value, etag: tag }
      : { outcome: 'statement', statement: parsed.value }
  }

  async listAccounts(
    organization: string,
    options: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    if (!IDENTIFIER.test(organization)) return { outcome: 'refused', status: 404 }
    const query = new URLSearchParams({ limit: String(PAGE_LIMIT) })
    if (options.cursor !== undefined) query.set('cursor', options.cursor)
    const answer = await this.#source.get(options.deadlineMs, {
      url: new URL(`${this.#accountsOf(organization)}?${query}`),
      headers: { accept: 'application/json' },
      maxBytes: MAX_PAGE_BYTES,
    })
    if ('outcome' in answer) return answer
    if (!isJson(answer)) return unexpected(answer)
    const parsed = parsePage(answer.text, organization, options.cursor)
    return parsed.outcome === 'parsed' ? { outcome: 'page', ...parsed.value } : parsed
  }

  #accountsOf(organization: string): string {
    return `${this.#base}/v1/organizations/${encodeURIComponent(organization)}/accounts`
  }
}

function unchanged(answer: Answer, sent: string | undefined): PullOutcome {
  const tag = answer.headers.get('etag')
  return sent !== undefined && (tag === null || tag === sent)
    ? { outcome: 'unchanged' }
    : { outcome: 'garbage', detail: 'unchanged since something that was not asked about' }
}

function notFound(answer: Answer): PullOutcome {
  const type = hasMediaType(answer.headers, 'application/problem+json') ? parseProblemType(answer.text) : undefined
  return type !== undefined && NOT_FOUND.includes(type)
    ? { outcome: 'not_found' }
    : { outcome: 'garbage', detail: 'a 404 that does not speak of the account' }
}

function isJson(answer: Answer): boolean {
  return answer.status === 200 && hasMediaType(answer.headers, 'application/json')
}

function unexpected(answer: Answer): PullFailure {
  if (answer.status === 206) return { outcome: 'partial' }
  if (answer.status >= 300 && answer.status !== 304) return { outcome: 'refused', status: answer.status }
  return { outcome: 'garbage', detail: `status ${answer.status} without the JSON that belongs to it` }
}

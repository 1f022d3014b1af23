import * as v from 'valibot'
import type { Clock } from '../../../application/ports.ts'
import { parseStrictJson } from '../../../domain/claims/strict-json.ts'
import { type Answer, attempt, type Failure, garbage, hasMediaType, refused } from './attempt.ts'
import type { Authorization, Credential } from './authorization.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import type { Surroundings } from './surroundings.ts'

/** A slow token endpoint must not hold whoever asks next for ever; each caller has its own, usually shorter, deadline. */
const TOKEN_TIMEOUT_MS = 5_000
const MAX_TOKEN_BYTES = 16 * 1024
const MAX_MARGIN_MS = 30_000

export interface ClientCredentialsSettings {
  readonly tokenUrl: URL
  readonly client: ClientAuthentication
  /** Sent with the grant: `scope`, or what the authorization server wants beside it. */
  readonly parameters: Readonly<Record<string, string>>
}

const token = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~+/=-]{1,8192}$/)),
  token_type: v.pipe(v.string(), v.regex(/^bearer$/i)),
  expires_in: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
})

type Held = Credential & { readonly useUntil: number }

// Not the caller's deadline has passed but ours: a caller with time left may try again.
const tokenEndpointTooSlow: Failure = {
  end: 'failure',
  failure: { outcome: 'unavailable', cause: 'network' },
  again: true,
}

/**
 * Access tokens by the client credentials grant (RFC 6749 section 4.4). A token is used until shortly before
 * it expires (a tenth of its life, at most 30 s); those who need one at the same time wait for the same request.
 */
export class ClientCredentials implements Authorization {
  readonly #settings: ClientCredentialsSettings
  readonly #fetch: typeof fetch
  readonly #clock: Clock
  #held: Held | undefined
  #underWay: Promise<Credential | Failure> | undefined

  constructor(settings: ClientCredentialsSettings, { fetch: fetcher, clock }: Pick<Surroundings, 'fetch' | 'clock'>) {
    this.#settings = settings
    this.#fetch = fetcher
    this.#clock = clock
  }

  /** Ends at the latest when `signal` does; a request under way goes on for the others. */
  async credential(signal: AbortSignal): Promise<Credential | Failure> {
    if (this.#held !== undefined && this.#clock() < this.#held.useUntil) return this.#held
    this.#underWay ??= this.#request().finally(() => {
      this.#underWay = undefined
    })
    return Promise.race([this.#underWay, ended(signal)])
  }

  /** A newer token, fetched meanwhile, stays. */
  discard(refusedToken: Credential): boolean {
    if (this.#held?.header === refusedToken.header) this.#held = undefined
    return true
  }

  async #request(): Promise<Credential | Failure> {
    const startedAt = this.#clock()
    const { tokenUrl, client, parameters } = this.#settings
    const { headers, form } = await client(startedAt)
    const result = await attempt(
      this.#fetch,
      {
        url: tokenUrl,
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters, ...form }).toString(),
        maxBytes: MAX_TOKEN_BYTES,
        signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
      },
      this.#clock,
    )
    const read = result.end === 'failure' ? result : readToken(result)
    if (read.end === 'failure') return read.failure.outcome === 'timeout' ? tokenEndpointTooSlow : read
    const lifeMs = read.expiresIn * 1000
    this.#held = {
      end: 'credential',
      header: `Bearer ${read.accessToken}`,
      useUntil: startedAt + lifeMs - Math.min(MAX_MARGIN_MS, lifeMs / 10),
    }
    return this.#held
  }
}

type Read = { readonly end: 'read'; readonly accessToken: string; readonly expiresIn: number }

function readToken(answer: Answer): Read | Failure {
  if (answer.status >= 300) return refused(answer.status)
  const json = hasMediaType(answer.headers, 'application/json') ? parseStrictJson(answer.text) : undefined
  if (answer.status !== 200 || !v.is(token, json?.value)) return garbage('the token endpoint gave no token')
  return { end: 'read', accessToken: json.value.access_token, expiresIn: json.value.expires_in }
}

function ended(signal: AbortSignal): Promise<Failure> {
  const timeout: Failure = { end: 'failure', failure: { outcome: 'timeout' }, again: false }
  if (signal.aborted) return Promise.resolve(timeout)
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(timeout), { once: true })
  })
}

import * as v from 'valibot'
import type { Clock } from '../../../application/ports.ts'
import { parseStrictJson } from '../../../domain/claims/strict-json.ts'
import { type Answer, attempt, type Failure, garbage, hasMediaType, refused } from './attempt.ts'

/** A slow token endpoint must not hold whoever asks next for ever; each caller has its own, usually shorter, deadline. */
const TOKEN_TIMEOUT_MS = 5_000
const MAX_TOKEN_BYTES = 16 * 1024
const MAX_MARGIN_MS = 30_000

export interface ClientCredentialsSettings {
  readonly tokenUrl: URL
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
}

const token = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._~+/=-]{1,8192}$/)),
  token_type: v.pipe(v.string(), v.regex(/^bearer$/i)),
  expires_in: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
})

export type AccessToken = { readonly end: 'token'; readonly accessToken: string }
type Held = AccessToken & { readonly useUntil: number }

// Not the caller's deadline has passed but ours: a caller with time left may try again.
const tokenEndpointTooSlow: Failure = {
  end: 'failure',
  failure: { outcome: 'unavailable', cause: 'network' },
  again: true,
}

/**
 * Access tokens by the client credentials grant (RFC 6749 section 4.4, client_secret_basic). A token is used until shortly before
 * it expires (a tenth of its life, at most 30 s); those who need one at the same time wait for the same request.
 */
export class ClientCredentials {
  readonly #settings: ClientCredentialsSettings
  readonly #fetch: typeof fetch
  readonly #clock: Clock
  #held: Held | undefined
  #underWay: Promise<AccessToken | Failure> | undefined

  constructor(settings: ClientCredentialsSettings, fetcher: typeof fetch, clock: Clock) {
    this.#settings = settings
    this.#fetch = fetcher
    this.#clock = clock
  }

  /** Ends at the latest when `signal` does; a request under way goes on for the others. */
  async token(signal: AbortSignal): Promise<AccessToken | Failure> {
    if (this.#held !== undefined && this.#clock() < this.#held.useUntil) return this.#held
    this.#underWay ??= this.#request().finally(() => {
      this.#underWay = undefined
    })
    return Promise.race([this.#underWay, ended(signal)])
  }

  /** The source has refused this token: it is not used again (a newer one, fetched meanwhile, stays). */
  discard(refusedToken: AccessToken): void {
    if (this.#held?.accessToken === refusedToken.accessToken) this.#held = undefined
  }

  async #request(): Promise<AccessToken | Failure> {
    const startedAt = this.#clock()
    const result = await attempt(
      this.#fetch,
      {
        url: this.#settings.tokenUrl,
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${formEncoded(this.#settings.clientId)}:${formEncoded(this.#settings.clientSecret)}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: this.#settings.scope }).toString(),
        maxBytes: MAX_TOKEN_BYTES,
        signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
      },
      this.#clock,
    )
    const read = result.end === 'failure' ? result : readToken(result)
    if (read.end === 'failure') return read.failure.outcome === 'timeout' ? tokenEndpointTooSlow : read
    const lifeMs = read.expiresIn * 1000
    this.#held = {
      end: 'token',
      accessToken: read.accessToken,
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

function formEncoded(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

function ended(signal: AbortSignal): Promise<Failure> {
  const timeout: Failure = { end: 'failure', failure: { outcome: 'timeout' }, again: false }
  if (signal.aborted) return Promise.resolve(timeout)
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(timeout), { once: true })
  })
}

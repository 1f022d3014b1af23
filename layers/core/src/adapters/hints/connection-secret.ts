import { createHash, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { type SecretStore, SecretUnavailable } from '../../application/ports.ts'

/** A secret is read again after this long, so that one that was taken back stops to count. */
const maxAgeMs = 300_000
/** And at once when nothing matches, for one that was just replaced; at most this often, whoever guesses. */
const rereadAtMostEveryMs = 30_000

/** At least as long as what nobody guesses. */
const secret = v.pipe(v.string(), v.minLength(16), v.maxLength(512))
const secretText = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    secret,
    /** Counts as well while the sender is given the new one. */
    previous: v.optional(secret),
    /** What a verification of an event stream carries (SSF). */
    state: v.optional(v.pipe(v.string(), v.nonEmpty())),
  }),
)

export type ConnectionSecrets = v.InferOutput<typeof secretText>

/** The secret of one connection, as the SecretStore has it: `{"secret":"...","previous":"...","state":"..."}`. */
export class ConnectionSecret {
  readonly #store: SecretStore
  readonly #name: string
  readonly #clock: () => number
  #read: { readonly value: ConnectionSecrets; readonly at: number } | undefined

  /** `clock` in epoch milliseconds. */
  constructor(options: { readonly store: SecretStore; readonly name: string; readonly clock: () => number }) {
    this.#store = options.store
    this.#name = options.name
    this.#clock = options.clock
  }

  /** Whether the secret, or the one before it, satisfies. @throws SecretUnavailable */
  async accepts(satisfies: (secret: string) => boolean): Promise<boolean> {
    const known = await this.read()
    if (isSatisfied(known, satisfies)) return true
    if (this.#clock() - (this.#read?.at ?? 0) < rereadAtMostEveryMs) return false
    return isSatisfied(await this.#fetch(), satisfies)
  }

  /** @throws SecretUnavailable */
  async read(): Promise<ConnectionSecrets> {
    const known = this.#read
    return known !== undefined && this.#clock() - known.at < maxAgeMs ? known.value : this.#fetch()
  }

  async #fetch(): Promise<ConnectionSecrets> {
    const at = this.#clock()
    const read = v.safeParse(secretText, await this.#store.readSecret(this.#name))
    if (!read.success)
      throw new SecretUnavailable('the secret of a connection is not {"secret":"16 characters or more"}')
    this.#read = { value: read.output, at }
    return read.output
  }
}

function isSatisfied({ secret, previous }: ConnectionSecrets, satisfies: (secret: string) => boolean): boolean {
  return satisfies(secret) || (previous !== undefined && satisfies(previous))
}

/** Compares in a time that says nothing of where two texts differ, nor how long the expected one is. */
export function equalsInConstantTime(given: string | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? ''), digest(expected)) && given !== undefined
}

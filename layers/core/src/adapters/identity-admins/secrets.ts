import * as v from 'valibot'
import { InvalidConfig } from '../environment/settings.ts'

const secret = v.union([
  v.strictObject({ clientSecret: v.pipe(v.string(), v.nonEmpty()) }),
  v.strictObject({ token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,8192}$/)) }),
  v.strictObject({ privateKey: v.pipe(v.string(), v.startsWith('-----BEGIN PRIVATE KEY-----')) }),
])
const byName = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))

/** What lets us in at a source: a client's secret or private key (PKCS #8 in PEM), or a token as it is. */
export type SourceSecret = v.InferOutput<typeof secret>

/**
 * The secret of one source from the text of all: `{"<name>":{"clientSecret":"…"}}`, or `{"clientSecret":"…"}` for the first.
 * @throws {InvalidConfig} naming the source, never a part of the text
 */
export function readSourceSecret(text: string, name: string, isFirst: boolean): SourceSecret {
  const parsed = v.safeParse(byName, text)
  const all: Readonly<Record<string, unknown>> = parsed.success ? parsed.output : {}
  const clientSecret = all['clientSecret']
  const unnamed = isFirst && typeof clientSecret === 'string' ? { clientSecret } : undefined
  const read = v.safeParse(secret, Object.hasOwn(all, name) ? all[name] : unnamed)
  if (read.success) return read.output
  throw new InvalidConfig(`the secret of the identity admins holds none for "${name}"`)
}

/** @throws {InvalidConfig} where the source needs a client secret */
export function clientSecretOf(given: SourceSecret, name: string): string {
  if ('clientSecret' in given) return given.clientSecret
  throw new InvalidConfig(`the identity admin "${name}" needs {"clientSecret":"…"}`)
}

/** @throws {InvalidConfig} where the source needs a private key */
export function privateKeyOf(given: SourceSecret, name: string): string {
  if ('privateKey' in given) return given.privateKey
  throw new InvalidConfig(`the identity admin "${name}" needs {"privateKey":"-----BEGIN PRIVATE KEY-----…"}`)
}

/** @throws {InvalidConfig} where the source needs a token */
export function tokenOf(given: SourceSecret, name: string): string {
  if ('token' in given) return given.token
  throw new InvalidConfig(`the identity admin "${name}" needs {"token":"…"}`)
}

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { DataFile } from '../data-file.ts'

const text = v.pipe(v.string(), v.minLength(1))
const schema = v.strictObject({
  format: v.literal(1),
  /** Where the provider last answered, for `npm run sign-in`. */
  url: v.optional(text),
  /** What every demo person signs in with. */
  password: v.pipe(v.string(), v.minLength(8)),
  cookieKey: v.pipe(v.string(), v.minLength(32)),
  /** The signing key, private. */
  key: v.strictObject({
    kty: v.literal('EC'),
    crv: v.literal('P-256'),
    x: text,
    y: text,
    d: text,
    kid: text,
    alg: v.literal('ES256'),
    use: v.literal('sig'),
  }),
})

export type Secrets = v.InferOutput<typeof schema>

export function secretsFile(dataFolder: string): DataFile<Secrets> {
  return new DataFile({ path: join(dataFolder, 'identity-provider.json'), what: 'the identity provider', schema })
}

/** The secrets of a first start; `password` if one was chosen, else a random one. */
export function newSecrets(password: string | undefined): Secrets {
  return {
    format: 1,
    password: password ?? randomBytes(9).toString('base64url'),
    cookieKey: randomBytes(32).toString('base64url'),
    key: newKey(),
  }
}

function newKey(): Secrets['key'] {
  const { x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  if (x === undefined || y === undefined || d === undefined) throw new Error('an EC key without coordinates')
  // RFC 7638: the thumbprint of the required members, in this order.
  const thumbprint = createHash('sha256')
    .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
    .digest('base64url')
  return { kty: 'EC', crv: 'P-256', x, y, d, kid: thumbprint, alg: 'ES256', use: 'sig' }
}

import * as v from 'valibot'
import { InvalidConfig } from './settings.ts'

const credential = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,8192}$/))
const secret = v.pipe(v.string(), v.parseJson(), v.strictObject({ signIn: credential, role: credential }))

/**
 * Reads the probe's secret: `signIn` is the client secret at the provider, `role` what lets it change the role (a bearer token of
 * a SCIM service provider, a client secret of iX Admin).
 * @throws {InvalidConfig} that never repeats a part of it
 */
export function readProbeSecret(text: string): v.InferOutput<typeof secret> {
  const read = v.safeParse(secret, text)
  if (read.success) return read.output
  throw new InvalidConfig('the secret of the probe is not {"signIn":"…","role":"…"}')
}

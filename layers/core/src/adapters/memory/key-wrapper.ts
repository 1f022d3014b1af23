import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type KeyWrapper, UnwrapRefused } from '../../application/ports.ts'

const nonceBytes = 12
const tagBytes = 16

/** Wraps with AES-256-GCM under a key that lives as long as this object; the context is bound as in KMS. */
export class MemoryKeyWrapper implements KeyWrapper {
  readonly #key = randomBytes(32)

  async wrap(plain: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(bytesOf(context))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
    return new Uint8Array(Buffer.concat([nonce, sealed, cipher.getAuthTag()]))
  }

  async unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    if (wrapped.length < nonceBytes + tagBytes) throw new UnwrapRefused('too short')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, wrapped.subarray(0, nonceBytes))
      .setAAD(bytesOf(context))
      .setAuthTag(wrapped.subarray(-tagBytes))
    const opened = decipher.update(wrapped.subarray(nonceBytes, -tagBytes))
    try {
      return new Uint8Array(Buffer.concat([opened, decipher.final()]))
    } catch {
      throw new UnwrapRefused('altered, or wrapped with another context or key')
    }
  }
}

/** The same bytes whatever the order of the members. */
function bytesOf(context: Readonly<Record<string, string>>): Buffer {
  const members = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.from(JSON.stringify(members))
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AwsFault } from '../services/aws-json.ts'

type Context = Readonly<Record<string, string>>

const format = 1
const nonceBytes = 12
const tagBytes = 16
const largestPlaintext = 4_096

/**
 * AES-256-GCM with one key per key id, derived from the master key. A ciphertext is the format byte, the length of the key
 * id (1 byte), the key id, nonce, sealed bytes and tag; all before the nonce and the context are authenticated with it.
 */
export class KmsKeys {
  readonly #master: Buffer

  constructor(master: Buffer) {
    this.#master = master
  }

  encrypt(keyId: string, plain: Buffer, context: Context): Buffer {
    if (plain.length < 1 || plain.length > largestPlaintext) {
      throw new AwsFault('ValidationException', `Plaintext takes 1 to ${largestPlaintext} bytes`)
    }
    const header = headerOf(idOf(keyId))
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key(idOf(keyId)), nonce).setAAD(bound(header, context))
    return Buffer.concat([header, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  decrypt(keyId: string | undefined, blob: Buffer, context: Context): { plain: Buffer; keyId: string } {
    const header = blob.subarray(0, 2 + (blob[1] ?? 0))
    const sealed = blob.subarray(header.length)
    if (blob[0] !== format || sealed.length < nonceBytes + tagBytes) throw invalid()
    const usedId = header.subarray(2).toString()
    if (keyId !== undefined && idOf(keyId) !== usedId) {
      throw new AwsFault('IncorrectKeyException', 'the ciphertext was made with another key')
    }
    const decipher = createDecipheriv('aes-256-gcm', this.#key(usedId), sealed.subarray(0, nonceBytes))
      .setAAD(bound(header, context))
      .setAuthTag(sealed.subarray(-tagBytes))
    try {
      const plain = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
      return { plain, keyId: usedId }
    } catch {
      throw invalid()
    }
  }

  #key(id: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#master, '', `rolecast local kms ${id}`, 32))
  }
}

/** The key id of an ARN, so that both name the same key. */
function idOf(keyId: string): string {
  const id = keyId.startsWith('arn:') ? keyId.slice(keyId.indexOf('/') + 1) : keyId
  if (id.length < 1 || Buffer.byteLength(id) > 255) throw new AwsFault('NotFoundException', 'there is no such key')
  return id
}

function headerOf(id: string): Buffer {
  const bytes = Buffer.from(id)
  return Buffer.concat([Buffer.from([format, bytes.length]), bytes])
}

/** The same bytes whatever the order of the context's members. */
function bound(header: Buffer, context: Context): Buffer {
  const members = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1))
  return Buffer.concat([header, Buffer.from(JSON.stringify(members))])
}

function invalid(): AwsFault {
  return new AwsFault('InvalidCiphertextException', 'the ciphertext or its context is not what was encrypted')
}

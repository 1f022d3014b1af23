import { randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import type { KeyFactory, NewKey, RingKey } from '../../application/ports.ts'

/** Makes signing keys, P-256 for ES256, 2048 bits for RS256, and secrets. */
export class JoseKeyFactory implements KeyFactory {
  async createKey(alg: RingKey['alg']): Promise<NewKey> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
    const members = Object.entries(await exportJWK(publicKey))
    const publicJwk = Object.fromEntries(members.filter(isPublic))
    const pem = await exportPKCS8(privateKey)
    return {
      kid: await calculateJwkThumbprint(publicJwk),
      publicJwk,
      privateKey: Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64'),
    }
  }

  createSecret(): Uint8Array {
    return randomBytes(32)
  }
}

/** Members of EC and RSA public keys (RFC 7518 section 6); nothing else gets into a key set. */
function isPublic(member: [string, unknown]): member is [string, string] {
  return ['kty', 'crv', 'x', 'y', 'n', 'e'].includes(member[0]) && typeof member[1] === 'string'
}

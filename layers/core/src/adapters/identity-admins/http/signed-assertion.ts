import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { ClientAuthentication } from './client-authentication.ts'

export interface AssertionKey {
  readonly clientId: string
  /** `aud` of the assertion. */
  readonly tokenUrl: URL
  /** PKCS #8 in PEM: RSA (RS256) or P-256 (ES256). */
  readonly privateKey: string
  /** What the server knows the public key by. */
  readonly keyId: string
}

const ASSERTION_SECONDS = 120

/**
 * `private_key_jwt` (RFC 7523 section 2.2): each request carries an assertion of its own.
 * @throws TypeError for a key that cannot be used; the message holds nothing of it
 */
export function signedAssertion({ clientId, tokenUrl, privateKey, keyId }: AssertionKey): ClientAuthentication {
  const key = readKey(privateKey)
  const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256'
  return async (now) => {
    const iat = Math.floor(now / 1000)
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg, kid: keyId })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(tokenUrl.href)
      .setJti(randomUUID())
      .setIssuedAt(iat)
      .setExpirationTime(iat + ASSERTION_SECONDS)
      .sign(key)
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    return { headers: {}, form: { client_id: clientId, client_assertion_type: type, client_assertion: assertion } }
  }
}

function readKey(pem: string): KeyObject {
  let key: KeyObject | undefined
  try {
    key = createPrivateKey(pem)
  } catch {
    // The error of OpenSSL says nothing that helps, and may quote.
  }
  const curve = key?.asymmetricKeyDetails?.namedCurve
  if (key === undefined || !(key.asymmetricKeyType === 'rsa' || curve === 'prime256v1')) {
    throw new TypeError('The private key of the identity admin client must be PKCS #8 in PEM, RSA or P-256')
  }
  return key
}

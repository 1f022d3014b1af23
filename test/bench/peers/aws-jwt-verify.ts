import { JwtVerifier } from 'aws-jwt-verify'
import type { MakePeer } from './peer.ts'

/** aws-jwt-verify with its scope check. */
export const awsJwtVerify: MakePeer = ({ model, issuer, audience, kid, publicKey }) => {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: 'http://127.0.0.1:1/jwks.json' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
  verifier.cacheJwks({ keys: [jwk as { kty: 'EC'; kid: string; crv: 'P-256'; x: string; y: string }] })
  return {
    claims: { scope: model.granted.join(' ') },
    authorize: (token, permission) => {
      const scope = verifier.verifySync(token)['scope']
      return typeof scope === 'string' && new Set(scope.split(' ')).has(permission)
    },
  }
}

import { createVerifier } from 'fast-jwt'
import type { MakePeer } from './peer.ts'

/** fast-jwt with a permissions array, with or without its token cache. */
export const fastJwt =
  (cache: boolean): MakePeer =>
  ({ model, issuer, audience, publicKey }) => {
    const verify = createVerifier({
      key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      algorithms: ['ES256'],
      allowedIss: issuer,
      allowedAud: audience,
      cache: cache ? 5000 : false,
    })
    return {
      claims: { permissions: model.granted },
      authorize: (token, permission) => verify(token).permissions.includes(permission),
    }
  }

import type { KeyObject } from 'node:crypto'
import type { Model } from '../model.ts'

export interface PeerSetting {
  readonly model: Model
  readonly issuer: string
  readonly audience: string
  readonly kid: string
  readonly publicKey: KeyObject
  /** Signs a payload with the key of the run; adds iss, aud, exp, iat, jti, sub. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>
}

/** A library put to the same job: from the gateway's event to its answer. */
export interface Peer {
  /** The claims its tokens carry, in the form the library is used with. */
  readonly claims: Readonly<Record<string, unknown>>
  /** True for an allow. The token comes as the gateway hands it over. */
  authorize(token: string, permission: string): boolean | Promise<boolean>
}

export type MakePeer = (setting: PeerSetting) => Peer | Promise<Peer>

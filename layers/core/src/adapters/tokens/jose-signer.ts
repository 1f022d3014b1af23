import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { KeyRingReader, KeyWrapper, RingKey, TokenSigner } from '../../application/ports.ts'
import type { TokenClaims } from '../../domain/claims/token-claims.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'

/**
 * Signs with the current key of the ring. A private key is unwrapped once, when it first signs, and stays in memory
 * until another key is current. Throws when the wrapper cannot be reached.
 */
export class JoseSigner implements TokenSigner {
  readonly #ring: KeyRingReader
  readonly #wrapper: KeyWrapper
  readonly #stage: string
  #loaded: { readonly kid: string; readonly key: Promise<KeyObject> } | undefined

  /** `stage` is part of the context under which private keys are wrapped. */
  constructor(options: { readonly ring: KeyRingReader; readonly wrapper: KeyWrapper; readonly stage: string }) {
    this.#ring = options.ring
    this.#wrapper = options.wrapper
    this.#stage = options.stage
  }

  async signToken(claims: TokenClaims): Promise<Outcome<string>> {
    const { keys } = await this.#ring.readKeyRing()
    const current = keys.find(({ state }) => state === 'current')
    if (current === undefined) return refuse('no_signing_key')
    const key = await this.#privateKey(current)
    const header = { alg: current.alg, typ: 'at+jwt', kid: current.kid }
    return accept(await new SignJWT({ ...claims, rev: [...claims.rev] }).setProtectedHeader(header).sign(key))
  }

  #privateKey(current: RingKey): Promise<KeyObject> {
    if (this.#loaded?.kid !== current.kid) {
      const key = this.#unwrap(current)
      this.#loaded = { kid: current.kid, key }
      key.catch(() => {
        if (this.#loaded?.key === key) this.#loaded = undefined
      })
    }
    return this.#loaded.key
  }

  async #unwrap({ kid, wrappedPrivateKey }: RingKey): Promise<KeyObject> {
    const wrapped = Buffer.from(wrappedPrivateKey, 'base64')
    const plain = Buffer.from(await this.#wrapper.unwrap(wrapped, { stage: this.#stage, kid }))
    const key = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' })
    plain.fill(0)
    return key
  }
}

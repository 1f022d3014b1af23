import { createHmac, createSecretKey } from 'node:crypto'
import { type ChangeHandles, handleSecretKid, type KeyRingReader, type KeyWrapper } from '../../application/ports.ts'
import { type HandleOf, handlesBy } from '../../domain/freshness/change-handle.ts'

interface Opened {
  readonly wrapped: string
  readonly handleOf: Promise<HandleOf>
}

/** Change handles by the secret of the key ring, which is unwrapped once and kept as long as the ring names it. */
export class RingChangeHandles implements ChangeHandles {
  readonly #ring: KeyRingReader
  readonly #wrapper: KeyWrapper
  readonly #stage: string
  #opened: Opened | undefined

  /** `stage` is part of the context under which the secret is wrapped. */
  constructor(options: { readonly ring: KeyRingReader; readonly wrapper: KeyWrapper; readonly stage: string }) {
    this.#ring = options.ring
    this.#wrapper = options.wrapper
    this.#stage = options.stage
  }

  async openHandles(): Promise<HandleOf | undefined> {
    // A copy from before the secret was made is read again, as one that lacks a key is.
    const { wrappedHandleSecret: wrapped = (await this.#ring.refreshKeyRing()).wrappedHandleSecret } =
      await this.#ring.readKeyRing()
    if (wrapped === undefined) return undefined
    if (this.#opened?.wrapped !== wrapped) {
      const opened = { wrapped, handleOf: this.#open(wrapped) }
      this.#opened = opened
      opened.handleOf.catch(() => {
        if (this.#opened === opened) this.#opened = undefined
      })
    }
    return this.#opened.handleOf
  }

  async #open(wrapped: string): Promise<HandleOf> {
    const context = { stage: this.#stage, kid: handleSecretKid }
    const secret = Buffer.from(await this.#wrapper.unwrap(Buffer.from(wrapped, 'base64'), context))
    const key = createSecretKey(secret)
    secret.fill(0)
    return handlesBy((text) => createHmac('sha256', key).update(text, 'utf8').digest())
  }
}

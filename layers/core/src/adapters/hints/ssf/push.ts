import type { Delivery, DeliveryReceiver, Received, SignalReader } from '../../../application/sync/ports.ts'
import { accept, type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { type ConnectionSecret, equalsInConstantTime } from '../connection-secret.ts'
import { textOf, wrongMediaType } from '../json-delivery.ts'

interface PushOptions {
  readonly reader: SignalReader
  readonly secret: ConnectionSecret
  /** Whether the Authorization header has to be the secret. */
  readonly authorization: boolean
}

/**
 * Security event tokens pushed over HTTP (RFC 8935): the signature of each says who sends; where the connection says so, the
 * Authorization header has to as well. A token that comes again is taken again, which does no harm.
 */
export class PushedSecurityEvents implements DeliveryReceiver {
  readonly #options: PushOptions

  constructor(options: PushOptions) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    const { reader, secret, authorization } = this.#options
    if (delivery.method === 'GET') return refuse('method_not_allowed')
    if (authorization) {
      const given = delivery.headers['authorization']
      const isSender = await secret.accepts((expected) => equalsInConstantTime(given, expected))
      if (!isSender) return refuse('delivery_unauthenticated')
    }
    const wrong = wrongMediaType(delivery, ['application/secevent+jwt'])
    if (wrong !== undefined) return wrong
    const raw = textOf(delivery).trim()
    const signal = await reader.readSignal(raw)
    return signal.ok ? accept({ kind: 'events', reading: signal.value.reading, raw }) : signal
  }
}

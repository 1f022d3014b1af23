import type { Delivery, DeliveryReceiver, Received } from '../../../application/sync/ports.ts'
import { type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import type { SecurityEventTokenVerifier } from '../../tokens/security-event-token.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { textOf, wrongMediaType } from '../json-delivery.ts'
import { type ReceiverOptions, receivedEvents } from '../receiver-options.ts'
import { checkVerification, namesOf, readSecurityEvent, type SubjectTerms } from './security-event.ts'

interface Connection extends SubjectTerms {
  readonly name: string
  readonly organization: string
  readonly authorization: boolean
}

/**
 * Security event tokens pushed over HTTP (RFC 8935): the signature of each says who sends; where the connection says so, the
 * Authorization header has to as well. A token that comes again is taken again, which does no harm.
 */
export class PushedSecurityEvents implements DeliveryReceiver {
  readonly #options: ReceiverOptions<Connection> & { readonly verifier: SecurityEventTokenVerifier }

  constructor(options: ReceiverOptions<Connection> & { readonly verifier: SecurityEventTokenVerifier }) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    const { connection, secret, verifier } = this.#options
    if (delivery.method === 'GET') return refuse('method_not_allowed')
    if (connection.authorization) {
      const given = delivery.headers['authorization']
      const isSender = await secret.accepts((expected) => equalsInConstantTime(given, expected))
      if (!isSender) return refuse('delivery_unauthenticated')
    }
    const wrong = wrongMediaType(delivery, ['application/secevent+jwt'])
    if (wrong !== undefined) return wrong
    const verified = await verifier.verify(textOf(delivery).trim())
    if (!verified.ok) return verified
    const claims = verified.value
    const refused = await checkVerification(claims, () => secret.read())
    if (refused !== undefined) return refused
    return receivedEvents([readSecurityEvent(claims, namesOf(connection))], this.#options, JSON.stringify(claims))
  }
}

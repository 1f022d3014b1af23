import type { Delivery, DeliveryReceiver, Received } from '../../../application/sync/ports.ts'
import { type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { unreadable } from '../finding.ts'
import { jsonOf, notJson, textOf, wrongMediaType } from '../json-delivery.ts'
import { type ReceiverOptions, receivedEvents } from '../receiver-options.ts'
import { readAuth0Delivery } from './delivery.ts'

interface Connection {
  readonly name: string
  readonly organization: string
  readonly sourceOrganization?: string | undefined
}

/** Auth0's event streams and log streams by webhook: the secret is the bearer token. */
export class Auth0Webhook implements DeliveryReceiver {
  readonly #options: ReceiverOptions<Connection>

  constructor(options: ReceiverOptions<Connection>) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    const token = /^Bearer +(\S+)$/i.exec(delivery.headers['authorization'] ?? '')?.[1]
    const isSender = await this.#options.secret.accepts((secret) => equalsInConstantTime(token, secret))
    if (!isSender) return refuse('delivery_unauthenticated')
    if (delivery.method === 'GET') return refuse('method_not_allowed')
    const wrong = wrongMediaType(delivery, ['application/json', 'application/cloudevents+json'])
    if (wrong !== undefined) return wrong
    const json = jsonOf(delivery)
    const { connection } = this.#options
    const findings =
      json === undefined ? [unreadable(notJson)] : readAuth0Delivery(json.value, connection.sourceOrganization)
    return receivedEvents(findings, this.#options, textOf(delivery))
  }
}

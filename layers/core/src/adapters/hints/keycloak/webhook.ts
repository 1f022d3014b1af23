import { createHmac } from 'node:crypto'
import type { Delivery, DeliveryReceiver, Received } from '../../../application/sync/ports.ts'
import { type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { unreadable } from '../finding.ts'
import { jsonOf, notJson, textOf, wrongMediaType } from '../json-delivery.ts'
import { type ReceiverOptions, receivedEvents } from '../receiver-options.ts'
import { readKeycloakEvent } from './admin-event.ts'

interface Connection {
  readonly name: string
  readonly organization: string
  readonly realm: string
  readonly sourceOrganization?: string | undefined
}

/**
 * Keycloak's admin events. Keycloak itself sends none: a listener in it does, and proves itself by the secret as bearer
 * token, or by an HMAC-SHA256 of the body in hexadecimal (`X-Keycloak-Signature`). One event, or a list.
 */
export class KeycloakWebhook implements DeliveryReceiver {
  readonly #options: ReceiverOptions<Connection>

  constructor(options: ReceiverOptions<Connection>) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    const isSender = await this.#options.secret.accepts((secret) => isSignedWith(delivery, secret))
    if (!isSender) return refuse('delivery_unauthenticated')
    if (delivery.method === 'GET') return refuse('method_not_allowed')
    const wrong = wrongMediaType(delivery, ['application/json'])
    if (wrong !== undefined) return wrong
    const json = jsonOf(delivery)
    const { realm, sourceOrganization } = this.#options.connection
    const scope = { realm, ...(sourceOrganization === undefined ? {} : { sourceOrganization }) }
    const findings =
      json === undefined ? [unreadable(notJson)] : [json.value].flat().map((event) => readKeycloakEvent(event, scope))
    return receivedEvents(findings, this.#options, textOf(delivery))
  }
}

function isSignedWith({ headers, body }: Delivery, secret: string): boolean {
  const signature = headers['x-keycloak-signature']
  if (signature !== undefined) {
    const expected = createHmac('sha256', secret).update(body).digest('hex')
    return equalsInConstantTime(signature.toLowerCase(), expected)
  }
  const token = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1]
  return equalsInConstantTime(token, secret)
}

import { createHmac } from 'node:crypto'
import type { Delivery, DeliveryReceiver, Received } from '../../../application/sync/ports.ts'
import { type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { unreadable } from '../finding.ts'
import { jsonOf, notJson, textOf, wrongMediaType } from '../json-delivery.ts'
import { type ReceiverOptions, receivedEvents } from '../receiver-options.ts'
import { readWorkosEvent } from './events.ts'

interface Connection {
  readonly name: string
  readonly organization: string
  readonly sourceOrganization: string
}

/** How far the time of a signature may be from ours. */
const toleranceMs = 180_000

/**
 * WorkOS webhooks: `WorkOS-Signature: t=<epoch milliseconds>, v1=<hexadecimal>`, an HMAC-SHA256 with the secret of the
 * endpoint over the time, a full stop, and the body as it was sent.
 */
export class WorkosWebhook implements DeliveryReceiver {
  readonly #options: ReceiverOptions<Connection>

  constructor(options: ReceiverOptions<Connection>) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    const signature = readSignature(delivery.headers['workos-signature'])
    if (signature === undefined) return refuse('delivery_unauthenticated')
    const isSender = await this.#options.secret.accepts((secret) => {
      const hmac = createHmac('sha256', secret).update(`${signature.time}.`).update(delivery.body)
      return equalsInConstantTime(signature.value, hmac.digest('hex'))
    })
    if (!isSender) return refuse('delivery_unauthenticated')
    if (Math.abs(this.#options.clock() - Number(signature.time)) > toleranceMs) return refuse('delivery_expired')
    if (delivery.method === 'GET') return refuse('method_not_allowed')
    const wrong = wrongMediaType(delivery, ['application/json'])
    if (wrong !== undefined) return wrong
    const json = jsonOf(delivery)
    const { sourceOrganization } = this.#options.connection
    const finding = json === undefined ? unreadable(notJson) : readWorkosEvent(json.value, sourceOrganization)
    return receivedEvents([finding], this.#options, textOf(delivery))
  }
}

function readSignature(header: string | undefined): { readonly time: string; readonly value: string } | undefined {
  const { time, value } = /^t=(?<time>\d{1,15}), ?v1=(?<value>[0-9a-f]{64})$/.exec(header ?? '')?.groups ?? {}
  return time === undefined || value === undefined ? undefined : { time, value }
}

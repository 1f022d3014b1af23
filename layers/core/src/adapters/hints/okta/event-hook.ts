import type { Delivery, DeliveryReceiver, Received } from '../../../application/sync/ports.ts'
import { accept, type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { unreadable } from '../finding.ts'
import { jsonOf, notJson, textOf, wrongMediaType } from '../json-delivery.ts'
import { type ReceiverOptions, receivedEvents } from '../receiver-options.ts'
import { eventsOfHook, type OktaAccounts, readOktaEvent } from './system-log.ts'

interface Connection {
  readonly name: string
  readonly organization: string
  readonly accounts: OktaAccounts
}

/**
 * Okta's event hooks: the Authorization header is the secret, word for word, and Okta asks once by GET whether the address
 * is ours, with a challenge to be sent back.
 */
export class OktaEventHook implements DeliveryReceiver {
  readonly #options: ReceiverOptions<Connection>

  constructor(options: ReceiverOptions<Connection>) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    const { headers } = delivery
    const isSender = await this.#options.secret.accepts((secret) =>
      equalsInConstantTime(headers['authorization'], secret),
    )
    if (!isSender) return refuse('delivery_unauthenticated')
    if (delivery.method === 'GET') return answerChallenge(headers['x-okta-verification-challenge'])
    const wrong = wrongMediaType(delivery, ['application/json'])
    if (wrong !== undefined) return wrong
    const json = jsonOf(delivery)
    const events = json === undefined ? undefined : eventsOfHook(json.value)
    const findings = events?.map((event) => readOktaEvent(event, this.#options.connection.accounts)) ?? [
      unreadable(json === undefined ? notJson : 'no data.events'),
    ]
    return receivedEvents(findings, this.#options, textOf(delivery))
  }
}

function answerChallenge(challenge: string | undefined): Outcome<Received> {
  if (challenge === undefined || challenge.length > 512) return refuse('invalid_request', { reason: 'challenge' })
  return accept({ kind: 'handshake', mediaType: 'application/json', body: JSON.stringify({ verification: challenge }) })
}

import type { Delivery, DeliveryReceiver, Received } from '../../../application/sync/ports.ts'
import { accept, type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { unreadable } from '../finding.ts'
import { asList, member, textAt } from '../foreign.ts'
import { jsonOf, wrongMediaType } from '../json-delivery.ts'
import { type ReceiverOptions, receivedEvents } from '../receiver-options.ts'
import { readGraphNotification } from './change-notification.ts'
import type { ValidationTokens } from './validation-tokens.ts'

interface Connection {
  readonly name: string
  readonly organization: string
  readonly tenantId: string
}

const mostTokenCharacters = 4_096

/**
 * Change notifications of Microsoft Graph. When a subscription is made, Graph asks whether the address is ours: the
 * validation token comes back as plain text, before any secret could be known. Afterwards every notification carries the
 * `clientState` of its subscription, which is the secret, and notifications with resource data come with signed tokens.
 */
export class GraphWebhook implements DeliveryReceiver {
  readonly #options: ReceiverOptions<Connection> & { readonly tokens?: ValidationTokens }

  constructor(options: ReceiverOptions<Connection> & { readonly tokens?: ValidationTokens }) {
    this.#options = options
  }

  async receive(delivery: Delivery): Promise<Outcome<Received>> {
    if (delivery.method === 'GET') return refuse('method_not_allowed')
    const validation = delivery.query.getAll('validationToken')
    if (validation.length > 0) return answerValidation(validation)
    const json = jsonOf(delivery)
    const list = json === undefined ? undefined : member(json.value, 'value')
    // Nothing else of it could say who sends.
    if (!Array.isArray(list) || list.length === 0) return refuse('delivery_unauthenticated')
    const states = list.map((notification) => textAt(notification, 'clientState'))
    const isSender = await this.#options.secret.accepts((secret) =>
      states.map((state) => equalsInConstantTime(state, secret)).every(Boolean),
    )
    if (!isSender) return refuse('delivery_unauthenticated')
    const wrong = wrongMediaType(delivery, ['application/json'])
    if (wrong !== undefined) return wrong
    const refused = await this.#checkTokens(list, json?.value)
    if (refused !== undefined) return refused
    const { tenantId } = this.#options.connection
    const findings = list.map((notification) =>
      JSON.stringify(notification).length > mostNotificationCharacters
        ? unreadable('a notification is too large')
        : readGraphNotification(notification, tenantId),
    )
    return receivedEvents(findings, this.#options, withoutStates(json?.value))
  }

  /** Notifications with resource data are taken only with tokens that say they come from Graph. */
  async #checkTokens(list: readonly unknown[], body: unknown) {
    const tokens = asList(member(body, 'validationTokens'))
    const withData = list.some((notification) => member(notification, 'encryptedContent') !== undefined)
    if (!withData && tokens.length === 0) return undefined
    const { tokens: verifier } = this.#options
    if (verifier === undefined || tokens.length === 0) return refuse('delivery_unauthenticated')
    const checked = await verifier.verify(tokens)
    return checked.ok ? undefined : checked
  }
}

/** Encrypted resource data is not used, but may be there. */
const mostNotificationCharacters = 128 * 1024

function answerValidation(given: readonly string[]): Outcome<Received> {
  const [token = ''] = given
  if (given.length > 1 || token === '' || token.length > mostTokenCharacters) {
    return refuse('invalid_request', { parameter: 'validationToken' })
  }
  return accept({ kind: 'handshake', mediaType: 'text/plain', body: token })
}

/** What is kept for a person holds no secret, however it was written. */
function withoutStates(value: unknown): string {
  return JSON.stringify(value, (name, each) => (name === 'clientState' ? '…' : each))
}

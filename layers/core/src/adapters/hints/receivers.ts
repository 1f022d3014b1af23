import type { Clock, SecretStore } from '../../application/ports.ts'
import type { DeliveryReceiver } from '../../application/sync/ports.ts'
import type { HookConnection, PollConnection } from '../environment/hook-connections.ts'
import { SecurityEventTokenVerifier } from '../tokens/security-event-token.ts'
import { Auth0Webhook } from './auth0/webhook.ts'
import { ConnectionSecret } from './connection-secret.ts'
import { ValidationTokens } from './graph/validation-tokens.ts'
import { GraphWebhook } from './graph/webhook.ts'
import { KeycloakWebhook } from './keycloak/webhook.ts'
import { OktaEventHook } from './okta/event-hook.ts'
import { PolledTransmitter } from './ssf/poll-transmitter.ts'
import { PushedSecurityEvents } from './ssf/push.ts'
import { SecurityEventReader } from './ssf/signal-reader.ts'
import { WorkosWebhook } from './workos/webhook.ts'

export interface ReceiverParts {
  readonly secrets: SecretStore
  readonly clock: Clock
}

/** The receiver of a connection, by its kind. Nothing is contacted yet. */
export function receiverOf(connection: HookConnection, { secrets, clock }: ReceiverParts): DeliveryReceiver {
  const secret = new ConnectionSecret({ store: secrets, name: connection.secretArn, clock })
  switch (connection.kind) {
    case 'okta':
      return new OktaEventHook({ connection, secret, clock })
    case 'auth0':
      return new Auth0Webhook({ connection, secret, clock })
    case 'keycloak':
      return new KeycloakWebhook({ connection, secret, clock })
    case 'workos':
      return new WorkosWebhook({ connection, secret, clock })
    case 'graph': {
      const { resourceData } = connection
      const tokens = resourceData === undefined ? {} : { tokens: new ValidationTokens(resourceData, clock) }
      return new GraphWebhook({ connection, secret, clock, ...tokens })
    }
    case 'ssf': {
      const verifier = new SecurityEventTokenVerifier(connection, clock)
      const reader = new SecurityEventReader({ connection, verifier, secret, clock })
      return new PushedSecurityEvents({ reader, secret, authorization: connection.authorization })
    }
  }
}

/** The two sides of a connection that is polled: who holds the events, and who reads them. */
export function pollerOf(connection: PollConnection, { secrets, clock }: ReceiverParts) {
  const secret = new ConnectionSecret({ store: secrets, name: connection.secretArn, clock })
  const verifier = new SecurityEventTokenVerifier(connection, clock)
  return {
    transmitter: new PolledTransmitter({ endpoint: connection.endpoint, secret }),
    reader: new SecurityEventReader({ connection, verifier, secret, clock }),
  }
}

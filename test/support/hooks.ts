/** Hooks over memory: every kind of connection for the organization acme, real key sets, a clock that stands. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HookConnection } from '@rolecast/core/adapters/environment/hook-connections'
import { receiverOf } from '@rolecast/core/adapters/hints/receivers'
import { MemoryHintPublisher } from '@rolecast/core/adapters/memory/hint-publisher'
import { sha256 } from '@rolecast/core/adapters/tokens/sha256'
import { SecretUnavailable } from '@rolecast/core/application/ports'
import type { ParkedEvent } from '@rolecast/core/application/sync/ports'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { createHandler } from '../../functions/hooks/create-handler.ts'
import { createLog } from '../../functions/hooks/log.ts'
import { type EventParts, httpApiEvent } from './http-api-event.ts'

export const hookSecret = 'a-secret-of-sixteen-or-more'
export const previousSecret = 'the-secret-before-that-one'
export const streamState = 'c29tZSBzdGF0ZQ'
export const transmitter = { issuer: 'https://idp.example/', audience: 'https://hooks.rolecast.example/hooks/ssf' }
export const graphTokens = { issuer: 'https://sts.example/84bd', audience: 'e478830d-8769-4adc-b7e6-1af84bf7d101' }

export function hookConnectionsFor(jwksUri: string): readonly HookConnection[] {
  const shared = (name: string) => ({ name, organization: 'acme', secretArn: `arn:secret:${name}` })
  return [
    { kind: 'okta', ...shared('okta'), accounts: 'id' },
    { kind: 'auth0', ...shared('auth0'), sourceOrganization: 'org_Ab12Cd34Ef56Gh78' },
    { kind: 'keycloak', ...shared('keycloak'), realm: 'acme' },
    {
      kind: 'graph',
      ...shared('graph'),
      tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95',
      resourceData: { ...graphTokens, jwksUri },
    },
    { kind: 'workos', ...shared('workos'), sourceOrganization: 'org_01J8Z0ACME0000000000000000' },
    { kind: 'ssf', ...shared('ssf'), ...transmitter, jwksUri, accounts: 'iss_sub', authorization: false },
    { kind: 'ssf', ...shared('ssf-guarded'), ...transmitter, jwksUri, accounts: 'iss_sub', authorization: true },
  ]
}

/** The hooks function over memory. `now` in epoch milliseconds may be set. */
export function createHooks(jwksUri: string, at: number) {
  const state = { now: at, secretReads: 0, secretsFail: false }
  const clock = () => state.now
  const secret = JSON.stringify({ secret: hookSecret, previous: previousSecret, state: streamState })
  const secrets = {
    readSecret: async () => {
      state.secretReads += 1
      if (state.secretsFail) throw new SecretUnavailable('made to fail')
      return secret
    },
  }
  const hints = new MemoryHintPublisher()
  const parked: Omit<ParkedEvent, 'attempts' | 'truncated'>[] = []
  const lines: string[] = []
  const handler = createHandler({
    hooks: new Map(
      hookConnectionsFor(jwksUri).map((connection) => [
        connection.name,
        { kind: connection.kind, receiver: receiverOf(connection, { secrets, clock }) },
      ]),
    ),
    hints,
    parked: {
      park: async (event) => {
        parked.push(event)
      },
    },
    digest: sha256,
    clock,
    log: createLog((line) => lines.push(line)),
  })
  const send = async (event: APIGatewayProxyEventV2) => {
    const { statusCode: status, headers, body } = await handler(event)
    const isJson = /json/.test(headers['content-type'] ?? '')
    return { status, headers, text: body, json: isJson ? JSON.parse(body) : undefined }
  }
  return { state, hints, parked, lines, send }
}

export function sample(source: string, name: string): string {
  return readFileSync(join(import.meta.dirname, '../../events', source, 'samples', `${name}.json`), 'utf8')
}

/** A delivery as the source of the connection sends it, with its proof; `parts` alter it. */
export function deliver(name: string, body: string, parts: EventParts & { readonly type?: string } = {}) {
  const { type = 'application/json', headers = {}, ...rest } = parts
  return httpApiEvent({
    method: 'POST',
    path: `/hooks/${name}`,
    body,
    headers: { 'content-type': type, ...headers },
    ...rest,
  })
}

export function signWorkos(body: string, time: number | string, secret = hookSecret): string {
  return `t=${time}, v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
}

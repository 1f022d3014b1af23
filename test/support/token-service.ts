import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { JWTPayload } from 'jose'
import { readConfig as readRotationConfig } from '../../functions/rotate-keys/config.ts'
import { createHandler as createRotation } from '../../functions/rotate-keys/create-handler.ts'
import { connect as connectRotation } from '../../functions/rotate-keys/dependencies.ts'
import { readConfig } from '../../functions/token/config.ts'
import { createHandler } from '../../functions/token/create-handler.ts'
import { connect } from '../../functions/token/dependencies.ts'
import { customRoles, organizations, people, rolesOnOffer } from '../../infra/local/demo-data.ts'
import { createTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'
import { startKms } from '../../infra/local/emulators/kms.ts'
import { startIxAdmin } from '../../infra/local/ix-admin/server.ts'
import { listen } from '../../infra/local/listen.ts'
import { awsJsonServices } from '../../infra/local/services/aws-json.ts'
import { formEvent, lambdaContext } from './http-api-event.ts'
import { createProviderKey, signAsProvider, startKeySetServer } from './key-set-server.ts'

export const issuer = 'https://tokens.example'
const providerIssuer = 'https://login.example'
/** Another trusted provider, which no organization has chosen. */
export const otherIssuer = 'https://login.other.example'
const providerAudience = 'https://api.example'
const tokenType = 'urn:ietf:params:oauth:token-type:'
const client = { clientId: 'rolecast', clientSecret: 'not-a-secret' }

/**
 * The token function as it is deployed, over a table of its own in the emulator, KMS, secrets and iX Admin stand-ins, and
 * key sets over HTTP: real requests everywhere but for the gateway. The people are those of the demo data.
 */
export async function startTokenService(dynamoDbEndpoint: string, settings: Readonly<Record<string, string>> = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'token-service-'))
  const key = await createProviderKey('provider-key')
  const otherKey = await createProviderKey('other-key')
  const keySet = await startKeySetServer(key)
  const otherKeySet = await startKeySetServer(otherKey)
  const kms = await startKms()
  const clients = [{ ...client, scopes: ['statements:read', 'roles:write'] as const }]
  const ixAdmin = await startIxAdmin({ port: 0, dataFolder, clients, people, rolesOnOffer })
  let secretReads = 0
  const secrets = await listen(
    createServer(
      awsJsonServices({
        'secretsmanager.GetSecretValue': async () => {
          secretReads += 1
          return { SecretString: JSON.stringify({ clientSecret: client.clientSecret }) }
        },
      }),
    ),
    { what: 'secrets', port: 0 },
  )
  const tableName = `token-${randomUUID()}`
  await createTable(dynamoDbEndpoint, tableDefinition(tableName))
  const endpoints = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint,
    AWS_ENDPOINT_URL_KMS: kms.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
  }
  const stores = dynamoStores({ tableName, endpoint: dynamoDbEndpoint })
  for (const organization of organizations(providerIssuer)) await stores.organizations.putOrganization(organization)
  for (const role of customRoles) await stores.customRoles.putCustomRole(role)

  const shared = { ROLECAST_TABLE: tableName, ROLECAST_STAGE: 'test', ROLECAST_KMS_KEY_ID: 'wrapping-key' }
  // The SDK looks for its endpoints when a client sends its first request, and several services may run in one test.
  const here = () => Object.assign(process.env, endpoints)
  const rotation = createRotation({ ...connectRotation(readRotationConfig(shared)), write: () => undefined })
  const rotate = (event: unknown) => {
    here()
    return rotation(event)
  }
  const audiences = [providerAudience]
  const organization = { claim: 'org' }
  const config = readConfig({
    ...shared,
    ROLECAST_ISSUER: issuer,
    ROLECAST_PROVIDERS: JSON.stringify([
      { issuer: providerIssuer, jwksUri: keySet.url, audiences, clientIds: ['front-end'], organization },
      { issuer: otherIssuer, jwksUri: otherKeySet.url, audiences, organization },
    ]),
    ROLECAST_IDENTITY_ADMINS: JSON.stringify([
      { kind: 'ix-admin', name: 'ix-admin', url: ixAdmin.url, clientId: client.clientId },
    ]),
    ROLECAST_IDENTITY_ADMINS_SECRET: 'arn:secret',
    ...settings,
  })
  const tableRequests: string[] = []
  const lines: string[] = []

  /** A new execution environment: its own memory, the same table. */
  const start = () => {
    const dependencies = connect(config, { onTableRequest: (operation) => void tableRequests.push(operation) })
    const log: typeof dependencies.log = (event, members) => void lines.push(JSON.stringify({ event, ...members }))
    return createHandler({ ...dependencies, log })
  }
  const handler = start()

  const call = async (event: APIGatewayProxyEventV2, on = handler) => {
    here()
    const { statusCode = 0, headers = {}, body = '' } = await on(event, lambdaContext)
    const parsed: Record<string, unknown> = body === '' ? {} : JSON.parse(body)
    return { status: statusCode, headers, text: body, json: parsed }
  }
  const now = () => Math.floor(Date.now() / 1000)
  /** An access token of the provider for somebody of acme. */
  const signIn = (account: string, claims: JWTPayload = {}, by = key) => {
    const iat = now() - 5
    const base = { iss: providerIssuer, sub: account, aud: providerAudience, client_id: 'front-end', org: 'acme' }
    return signAsProvider(by, { ...base, iat, exp: iat + 600, auth_time: iat, jti: randomUUID(), ...claims })
  }
  const form = (subjectToken: string, more: Readonly<Record<string, string>> = {}) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subjectToken,
    subject_token_type: `${tokenType}access_token`,
    audience: 'customer-v2',
    ...more,
  })
  const exchange = (subjectToken: string, more: Readonly<Record<string, string>> = {}, on = handler) =>
    call(formEvent(form(subjectToken, more)), on)

  return {
    call,
    exchange,
    form,
    signIn,
    start,
    rotate,
    stores,
    tableName,
    ixAdmin,
    administrator: { url: ixAdmin.url, ...client, actingAccount: 'acme-olga' },
    keySet,
    key,
    otherKey,
    tableRequests,
    lines,
    secretReads: () => secretReads,
    async stop(): Promise<void> {
      await Promise.all([keySet.close(), otherKeySet.close(), kms.stop(), ixAdmin.close(), secrets.close()])
      rmSync(dataFolder, { recursive: true })
    },
  }
}

export type TokenService = Awaited<ReturnType<typeof startTokenService>>

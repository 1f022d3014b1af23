import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider from 'oidc-provider'
import type { Person } from '../demo-data.ts'
import { listen, namesThisMachine } from '../listen.ts'
import { configuration } from './configuration.ts'
import { LoginPage } from './login.ts'
import { newSecrets, secretsFile } from './secrets.ts'

export interface IdentityProviderOptions {
  /** 0: a free one. The issuer is the address, so keep it from start to start. */
  readonly port: number
  /** Signing key, cookie key and password live in `identity-provider.json` in it. */
  readonly dataFolder: string
  readonly people: readonly Person[]
  /** What everybody signs in with; without it the one of the start before, or a random one. At least 8 characters. */
  readonly password?: string
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface LocalIdentityProvider {
  /** The issuer. */
  readonly url: string
  readonly jwksUri: string
  readonly password: string
  close(): Promise<void>
}

/**
 * An OpenID provider on 127.0.0.1: discovery, authorization code with PKCE, access tokens for `API_RESOURCE`. It knows who people are, not
 * what they may do: inactive accounts sign in too, and are refused later.
 * @throws PortOccupied, CorruptDataFile
 */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<LocalIdentityProvider> {
  const file = secretsFile(options.dataFolder)
  const stored = (await file.read()) ?? newSecrets(options.password)
  const secrets = { ...stored, password: options.password ?? stored.password }
  const people = new Map(options.people.map((person) => [person.account, person]))

  // The issuer is only known once the port is: requests meanwhile wait for the handler.
  const ready = Promise.withResolvers<Handler>()
  const server = createServer((request, response) => {
    answer(ready.promise, request, response).catch((error: unknown) => {
      reportFailure(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  const listening = await listen(server, { what: 'the identity provider', port: options.port })
  await file.write({ ...secrets, url: listening.url })

  const provider = new Provider(
    listening.url,
    configuration(secrets, (account) => people.get(account), Date.now),
  )
  provider.on('server_error', (_, error) => reportFailure(error))
  const loginPage = new LoginPage(provider, options.people, secrets.password)
  const callback = provider.callback()
  ready.resolve(async (request, response) => {
    if (request.url?.startsWith('/interaction/')) await loginPage.answer(request, response)
    else callback(request, response)
  })
  const { url, close } = listening
  return { url, jwksUri: `${url}/jwks`, password: secrets.password, close }
}

async function answer(ready: Promise<Handler>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (namesThisMachine(request.headers.host)) await (await ready)(request, response)
  else response.writeHead(403).end()
}

function reportFailure(error: unknown): void {
  console.error('identity provider:', error)
}

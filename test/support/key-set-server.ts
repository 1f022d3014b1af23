import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** What the server does instead of answering with its keys. */
export type KeySetFault = 'slow' | 'status' | 'garbage' | 'redirect'

export interface ProviderKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
  readonly publicJwk: Awaited<ReturnType<typeof exportJWK>>
}

export async function createProviderKey(kid: string, alg = 'ES256'): Promise<ProviderKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export interface KeySetServer {
  readonly url: string
  readonly keys: ProviderKey[]
  readonly requests: () => number
  fault: KeySetFault | undefined
  close(): Promise<void>
}

/** Serves a JWK Set as an identity provider does, with real keys and faults on request. */
export async function startKeySetServer(...keys: ProviderKey[]): Promise<KeySetServer> {
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    if (state.fault === 'slow') return
    if (state.fault === 'status') return void response.writeHead(500).end()
    if (state.fault === 'garbage') return void response.end('<html>')
    if (state.fault === 'redirect') return void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: state.keys.map(({ publicJwk }) => publicJwk) }))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const state: KeySetServer = {
    url: `http://127.0.0.1:${port}/jwks`,
    keys,
    requests: () => requests,
    fault: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return state
}

/** Signs claims as a provider would; `header` can say what a forger would say. */
export function signAsProvider(
  key: ProviderKey,
  claims: JWTPayload,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { kid, alg, privateKey } = key
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
    .sign(privateKey, { crit: { x: true } })
}

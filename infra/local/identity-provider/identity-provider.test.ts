import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ProviderTokenVerifier } from '@rolecast/core/adapters/tokens/provider-token-verifier'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../demo-data.ts'
import { localDeployment } from '../local-assembly.ts'
import { portsFrom } from '../ports.ts'
import { API_RESOURCE, CLI_CLIENT, CLI_REDIRECT, CONSOLE_CLIENT } from './configuration.ts'
import { type LocalIdentityProvider, startIdentityProvider } from './server.ts'
import { SignInFailed, signIn } from './sign-in.ts'

let dataFolder: string
let provider: LocalIdentityProvider

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rolecast-identity-provider-'))
  provider = await startIdentityProvider({ port: 0, dataFolder, people })
})
afterAll(async () => {
  await provider.close()
  await rm(dataFolder, { recursive: true })
})

function authorize(change: Record<string, string | undefined> = {}): Promise<Response> {
  const parameters = {
    client_id: CLI_CLIENT,
    redirect_uri: 'http://127.0.0.1:5173/callback',
    response_type: 'code',
    scope: 'openid',
    state: 'a-state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...change,
  }
  const given = Object.entries(parameters).filter((each): each is [string, string] => each[1] !== undefined)
  return fetch(`${provider.url}/auth?${new URLSearchParams(given)}`, { redirect: 'manual' })
}

async function errorOf(response: Response): Promise<string | null> {
  const location = response.headers.get('location')
  if (location !== null) {
    const { search, hash } = new URL(location, provider.url)
    return new URLSearchParams(hash === '' ? search : hash.slice(1)).get('error')
  }
  return /role="alert">(\w+)/.exec(await response.text())?.[1] ?? null
}

describe('the identity provider', () => {
  test('says where everything is, and only what it does', async () => {
    const found = await (await fetch(`${provider.url}/.well-known/openid-configuration`)).json()
    expect(found).toMatchObject({
      issuer: provider.url,
      jwks_uri: provider.jwksUri,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
    expect(found).not.toHaveProperty('userinfo_endpoint')
  })

  test('signs a person in, by username or e-mail, with tokens for account and organization', async () => {
    for (const name of ['acme.vera', 'vera@acme.example']) {
      const { accessToken, idToken, expiresIn } = await signIn(provider.url, name, provider.password)
      expect(expiresIn).toBe(600)
      const keys = createRemoteJWKSet(new URL(provider.jwksUri))
      const access = await jwtVerify(accessToken, keys, {
        issuer: provider.url,
        audience: API_RESOURCE,
        algorithms: ['ES256'],
        typ: 'at+jwt',
      })
      expect(access.payload).toMatchObject({ sub: 'acme-vera', org: 'acme', client_id: CLI_CLIENT })
      expect(access.payload['auth_time']).toBeTypeOf('number')
      expect((access.payload.exp ?? 0) - (access.payload.iat ?? 0)).toBe(600)
      const id = await jwtVerify(idToken, keys, { issuer: provider.url, audience: CLI_CLIENT })
      expect(id.payload).toMatchObject({
        sub: 'acme-vera',
        org: 'acme',
        name: 'Vera Viewer',
        email: 'vera@acme.example',
      })
    }
  })

  test('is trusted by the token service of this machine: access tokens, and ID tokens of its own clients', async () => {
    const ports = { ...portsFrom(), identityProvider: Number(new URL(provider.url).port) }
    const [trusted] = localDeployment(ports).providers
    if (trusted === undefined) throw new Error('nobody is trusted')
    const { accessToken, idToken } = await signIn(provider.url, 'acme.vera', provider.password)
    const verify = (clientIds: string[]) =>
      new ProviderTokenVerifier({ ...trusted, clientIds, algorithms: ['ES256'] }, { clock: Date.now })
    const here = verify(trusted.clientIds)
    expect(await here.verifySubjectToken(idToken, 'id_token')).toMatchObject({
      ok: true,
      value: { subject: 'acme-vera' },
    })
    expect(await here.verifySubjectToken(accessToken, 'access_token')).toMatchObject({ ok: true })
    expect(await verify(['another-client']).verifySubjectToken(idToken, 'id_token')).toMatchObject({
      ok: false,
      refusal: { code: 'wrong_audience' },
    })
  })

  test('signs in whoever has an account, active or not, each with the own organization', async () => {
    for (const person of people.filter((each) => /leo|olga|wilma/.test(each.account))) {
      const { accessToken } = await signIn(provider.url, person.username, provider.password)
      expect(decodeJwt(accessToken)).toMatchObject({ sub: person.account, org: person.organization })
    }
  })

  test('says nothing of roles', async () => {
    const { accessToken, idToken } = await signIn(provider.url, 'acme.pia', provider.password)
    expect(JSON.stringify([decodeJwt(accessToken), decodeJwt(idToken)])).not.toMatch(/"roles?"|flow_publisher/i)
  })

  test.each([
    ['a wrong password', 'acme.vera', 'not the password'],
    ['an empty password', 'acme.vera', ''],
    ['somebody unknown', 'acme.nobody', undefined],
    ['an account identifier instead of a username', 'acme-vera', undefined],
  ])('refuses %s', async (_, username, password = provider.password) => {
    const failed = signIn(provider.url, username, password)
    await expect(failed).rejects.toThrow(SignInFailed)
    await expect(failed).rejects.toThrow('Unknown person or wrong password.')
  })

  test.each([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a token in the redirect', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['for another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['by an unknown client', { client_id: 'other' }, 'invalid_client'],
    ['to another host', { redirect_uri: 'http://elsewhere.example/callback' }, 'invalid_redirect_uri'],
    ['to another path', { redirect_uri: 'http://127.0.0.1/other' }, 'invalid_redirect_uri'],
    ['to a client of the other', { client_id: CONSOLE_CLIENT }, 'invalid_redirect_uri'],
  ])('refuses a request %s', async (_, change, error) => {
    expect(await errorOf(await authorize(change))).toBe(error)
  })

  test('takes a redirect to any port of this machine, for both clients', async () => {
    expect((await authorize()).headers.get('location')).toMatch(/^\/interaction\//)
    const redirect = 'http://localhost:5173/signed-in'
    const console = await authorize({ client_id: CONSOLE_CLIENT, redirect_uri: redirect })
    expect(console.headers.get('location')).toMatch(/^\/interaction\//)
    expect(new URL(CLI_REDIRECT).hostname).toBe('127.0.0.1')
  })

  test('shows its form to the browser only that began', async () => {
    const begun = await authorize()
    const page = new URL(begun.headers.get('location') ?? '', provider.url)
    expect((await fetch(page)).status).toBe(400)
    const cookie = begun.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    const shown = await fetch(page, { headers: { cookie } })
    expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('acme.vera')])
  })

  test('lets pages of this machine ask for tokens as the console, and nobody else', async () => {
    const ask = async (client_id: string, origin: string) => {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'x',
        client_id,
        redirect_uri: 'x',
        code_verifier: 'x'.repeat(43),
      })
      const response = await fetch(`${provider.url}/token`, { method: 'POST', body, headers: { origin } })
      return response.headers.get('access-control-allow-origin')
    }
    expect(await ask(CONSOLE_CLIENT, 'http://127.0.0.1:5173')).toBe('http://127.0.0.1:5173')
    expect(await ask(CONSOLE_CLIENT, 'https://elsewhere.example')).toBeNull()
    expect(await ask(CLI_CLIENT, 'http://127.0.0.1:5173')).toBeNull()
  })

  test('keeps key and password from start to start, in a file of its owner', async () => {
    const before = await signIn(provider.url, 'acme.vera', provider.password)
    const { url, password } = provider
    await provider.close()
    provider = await startIdentityProvider({ port: Number(new URL(url).port), dataFolder, people })
    expect(provider).toMatchObject({ url, password })
    const after = await signIn(url, 'acme.vera', password)
    expect(decodeProtectedHeader(after.accessToken)['kid']).toBe(decodeProtectedHeader(before.accessToken)['kid'])
    await jwtVerify(before.accessToken, createRemoteJWKSet(new URL(provider.jwksUri)))
    expect((await stat(join(dataFolder, 'identity-provider.json'))).mode & 0o077).toBe(0)
  })

  test('publishes no private key', async () => {
    const text = await (await fetch(provider.jwksUri)).text()
    const { key } = JSON.parse(await readFile(join(dataFolder, 'identity-provider.json'), 'utf8'))
    expect(JSON.parse(text).keys).toHaveLength(1)
    expect(text).not.toContain(key.d)
  })

  test('takes the password it is given, and makes a new one for each data folder', async () => {
    const folders = await Promise.all([0, 1].map(() => mkdtemp(join(dataFolder, 'other-'))))
    const passwords: string[] = []
    for (const folder of folders) {
      const other = await startIdentityProvider({ port: 0, dataFolder: folder, people })
      passwords.push(other.password)
      await other.close()
    }
    expect(new Set([...passwords, provider.password]).size).toBe(3)
    const chosen = await startIdentityProvider({
      port: 0,
      dataFolder: folders[0] ?? '',
      people,
      password: 'a chosen one',
    })
    await expect(signIn(chosen.url, 'acme.vera', passwords[0] ?? '')).rejects.toThrow(SignInFailed)
    await signIn(chosen.url, 'acme.vera', 'a chosen one')
    await chosen.close()
  })

  test('says whose port it cannot have, and which file is damaged', async () => {
    const port = Number(new URL(provider.url).port)
    const folder = await mkdtemp(join(dataFolder, 'other-'))
    await expect(startIdentityProvider({ port, dataFolder: folder, people })).rejects.toMatchObject({
      name: 'PortOccupied',
      port,
    })
    const path = join(folder, 'identity-provider.json')
    await writeFile(path, '{"format":1,"password":"x"}')
    await expect(startIdentityProvider({ port: 0, dataFolder: folder, people })).rejects.toMatchObject({
      name: 'CorruptDataFile',
      path,
    })
  })

  test('is at hand for a shell: the script prints the token, and nothing else', async () => {
    const script = fileURLToPath(new URL('sign-in-cli.ts', import.meta.url))
    const run = (...words: readonly string[]) =>
      promisify(execFile)(process.execPath, [script, ...words], { env: { ROLECAST_DATA_FOLDER: dataFolder } })
    const { stdout, stderr } = await run('globex.olga')
    expect(decodeJwt(stdout)).toMatchObject({ sub: 'globex-olga', org: 'globex' })
    expect([stdout.trim().split('.').length, stderr]).toEqual([3, ''])
    for (const words of [['globex.nobody'], [], ['a', 'b']]) {
      await expect(run(...words)).rejects.toMatchObject({ code: 1, stdout: '' })
    }
  })
})

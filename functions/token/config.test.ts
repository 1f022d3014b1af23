import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const provider = {
  issuer: 'https://login.acme.example',
  jwksUri: 'https://login.acme.example/jwks',
  audiences: ['https://api.acme.example'],
  organization: { claim: 'org' },
}
const identityAdmin = { kind: 'ix-admin', name: 'ix-admin', url: 'https://ix-admin.example', clientId: 'rolecast' }
const env = {
  ROLECAST_TABLE: 'table',
  ROLECAST_STAGE: 'dev',
  ROLECAST_ISSUER: 'https://tokens.example',
  ROLECAST_KMS_KEY_ID: 'key',
  ROLECAST_PROVIDERS: JSON.stringify([provider]),
  ROLECAST_IDENTITY_ADMINS: JSON.stringify([identityAdmin]),
  ROLECAST_IDENTITY_ADMINS_SECRET: 'arn:aws:secretsmanager:x',
}

describe('the settings of the token function', () => {
  it('are complete with the required ones', () => {
    expect(readConfig({ ...env, PATH: '/bin', AWS_REGION: 'eu-west-1' })).toEqual({
      table: 'table',
      stage: 'dev',
      issuer: 'https://tokens.example',
      kmsKeyId: 'key',
      providers: [{ ...provider, algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'] }],
      identityAdmins: [identityAdmin],
      identityAdminsSecret: 'arn:aws:secretsmanager:x',
      corsOrigins: [],
      confirmedForSeconds: 30,
      staleIfErrorSeconds: 900,
      tokenSeconds: 300,
      pullDeadlineMs: 2_000,
      keyRingCacheSeconds: 30,
      claimBudgetBytes: 2_048,
    })
  })

  it('may be on this machine', () => {
    const local = { ...provider, issuer: 'http://127.0.0.1:4200', jwksUri: 'http://localhost:4200/jwks' }
    const config = readConfig({
      ...env,
      ROLECAST_ISSUER: 'http://127.0.0.1:4100',
      ROLECAST_PROVIDERS: JSON.stringify([local]),
    })
    expect(config.providers[0]).toMatchObject(local)
  })

  it.each<[string, Record<string, string | undefined>, string]>([
    ['a missing table', { ROLECAST_TABLE: undefined }, 'ROLECAST_TABLE: is missing'],
    ['an empty stage', { ROLECAST_STAGE: '' }, 'ROLECAST_STAGE: must not be empty'],
    ['a misspelt name', { ROLECAST_TOKEN_SECOND: '300' }, 'ROLECAST_TOKEN_SECOND: is not a setting'],
    ['an issuer with a path', { ROLECAST_ISSUER: 'https://tokens.example/a' }, 'ROLECAST_ISSUER: must be an origin'],
    ['an issuer without TLS', { ROLECAST_ISSUER: 'http://tokens.example' }, 'ROLECAST_ISSUER: must be an https URL'],
    ['providers that are not JSON', { ROLECAST_PROVIDERS: 'secret[' }, 'ROLECAST_PROVIDERS: is not JSON'],
    ['no provider', { ROLECAST_PROVIDERS: '[]' }, 'ROLECAST_PROVIDERS: must name a provider'],
    ['a time in words', { ROLECAST_TOKEN_SECONDS: '5m' }, 'ROLECAST_TOKEN_SECONDS: must be a whole number from 30 to'],
    ['a token for an hour', { ROLECAST_TOKEN_SECONDS: '3600' }, 'ROLECAST_TOKEN_SECONDS: must be a whole number'],
    ['any web origin', { ROLECAST_CORS_ORIGINS: '["*"]' }, 'ROLECAST_CORS_ORIGINS.0: must be'],
  ])('name what is wrong: %s', (_, change, message) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(InvalidConfig)
    expect(() => readConfig({ ...env, ...change })).toThrow(message)
    expect(() => readConfig({ ...env, ...change })).not.toThrow('secret[')
  })

  it.each<[string, unknown, string]>([
    ['with an unknown member', [{ ...provider, jwks: 'x' }], '0.jwks: is not a setting'],
    ['without audience', [{ ...provider, audiences: [] }], '0.audiences: must not be empty'],
    ['that mix up ID tokens and access tokens', [{ ...provider, clientIds: provider.audiences }], 'must differ'],
    ['with an algorithm of shared secrets', [{ ...provider, algorithms: ['HS256'] }], '0.algorithms.0: must be'],
    [
      'with two ways to the organization',
      [{ ...provider, organization: { claim: 'a', fixed: 'b' } }],
      '0.organization',
    ],
    ['with keys from anywhere', [{ ...provider, jwksUri: 'http://keys.example' }], '0.jwksUri: must be an https URL'],
    ['that are twice the same', [provider, provider], 'names an issuer twice'],
    ['that are this service', [{ ...provider, issuer: 'https://tokens.example' }], 'names this service itself'],
  ])('refuse providers %s', (_, providers, message) => {
    expect(() => readConfig({ ...env, ROLECAST_PROVIDERS: JSON.stringify(providers) })).toThrow(message)
  })
})

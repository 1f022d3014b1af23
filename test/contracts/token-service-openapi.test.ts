import { readFileSync } from 'node:fs'
import { answers } from '@rolecast/core/domain/decision/codes'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { formEvent, httpApiEvent } from '../support/http-api-event.ts'
import { startTokenService, type TokenService } from '../support/token-service.ts'
import { type Json, type JsonObject, operationsOf, resolved, schemasOf } from './openapi.ts'

const document: JsonObject = parse(
  readFileSync(new URL('../../events/token-service/openapi.yaml', import.meta.url), 'utf8'),
)
const schemas = schemasOf(document)
const operations = operationsOf(document)

let service: TokenService
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
})
afterAll(() => service.stop())

const get = (path: string, query = '', token?: string) =>
  httpApiEvent({ path, query, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })

/** Answers of every operation and status that can be brought about from outside. */
const requests: Readonly<Record<string, () => Promise<APIGatewayProxyEventV2>>> = {
  'exchangeToken 200': async () => formEvent(service.form(await service.signIn('acme-vera'))),
  'exchangeToken 400': async () => formEvent(service.form('x')),
  'exchangeToken 401': async () => formEvent(service.form('x'), { authorization: 'Basic YTpi' }),
  'exchangeToken 503': async () => {
    service.ixAdmin.fault({ kind: 'partial', organization: 'acme', account: 'acme-rea', forSeconds: 60 })
    return formEvent(service.form(await service.signIn('acme-rea')))
  },
  'readMetadata 200': async () => get('/.well-known/oauth-authorization-server'),
  'readKeySet 200': async () => get('/.well-known/jwks.json'),
  'readGrantDocument 200': async () => {
    const content = '{"prm":"1rAQQ","gts":["flow:a"]}'
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(content))).toString('base64url')
    await service.stores.grantDocuments.putGrantDocument(digest, content, Math.floor(Date.now() / 1000) + 60)
    return get(`/grants/${digest}`)
  },
  'readGrantDocument 404': async () => get(`/grants/${'x'.repeat(43)}`),
  'readChanges 200': async () => {
    const { stores } = service
    const statement = { organization: 'acme', account: 'leaver', status: 'active', occurredAt: 0 } as const
    const roles = [{ application: 'customer-v2', role: 'flow_viewer' }]
    await stores.accounts.applyStatement({ ...statement, version: 1, roles }, { confirmedAt: 1 })
    await stores.accounts.applyStatement({ ...statement, version: 2, roles: [] }, { confirmedAt: 2 })
    return get('/changes', 'application=customer-v2')
  },
  'readChanges 400': async () => get('/changes', 'application=unheard-of'),
  'describeSession 200': async () => get('/session', 'application=customer-v2', await service.signIn('acme-edo')),
  'describeSession 400': async () => get('/session', '', await service.signIn('acme-edo')),
  'describeSession 401': async () => get('/session'),
  'describeSession 403': async () => get('/session', 'application=customer-v2', await service.signIn('acme-leo')),
  'explainPermission 200': async () =>
    get('/session/explain', 'application=customer-v2&permission=flows.publish', await service.signIn('acme-pia')),
  'explainPermission 200, denied': async () =>
    get('/session/explain', 'application=customer-v2&permission=flows.publish', await service.signIn('acme-vera')),
  'explainPermission 200, custom role': async () =>
    get('/session/explain', 'application=infobip&permission=conversations/reply', await service.signIn('acme-nat')),
  'explainPermission 200, default full': async () =>
    get('/session/explain', 'application=intuidy&permission=manage_billing', await service.signIn('acme-will')),
  'explainPermission 200, inactive': async () =>
    get('/session/explain', 'application=customer-v2&permission=flows.publish', await service.signIn('acme-leo')),
  'explainPermission 400': async () =>
    get('/session/explain', 'application=customer-v2', await service.signIn('acme-vera')),
  'explainPermission 401': async () => get('/session/explain', 'permission=flows.publish', 'x'),
}

const kinds: Readonly<Record<string, object>> = {
  'explainPermission 200': { allowed: true, through: [{ kind: 'role' }] },
  'explainPermission 200, denied': { allowed: false, refusal: { code: 'not_granted' } },
  'explainPermission 200, custom role': { allowed: true, through: [{ kind: 'custom_role' }] },
  'explainPermission 200, default full': { allowed: true, through: [{ kind: 'default_full' }] },
  'explainPermission 200, inactive': { allowed: false, refusal: { code: 'inactive' } },
}

describe('the token service answers as events/token-service/openapi.yaml says', () => {
  it.each(Object.keys(requests))('%s', async (name) => {
    const [, id, expected] = /^(\w+) (\d+)/.exec(name) ?? []
    const operation = operations.find(({ operationId }) => operationId === id)
    const { status, headers, json } = await service.call(await (requests[name]?.() ?? Promise.reject()))
    if (name in kinds) expect(json).toMatchObject({ explanation: kinds[name] })
    expect(String(status)).toBe(expected)
    const response = operation?.responses[String(status)]
    const type = String(headers?.['content-type']).split(';')[0] ?? ''
    const content = memberOf(memberOf(response, 'content'), type)
    expect(content, `${type} is not described`).toBeDefined()
    const validate = schemas(memberOf(content, 'schema') ?? false)
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true)
    for (const [header, described] of Object.entries(memberOf(response, 'headers') ?? {})) {
      const { schema = false } = resolved(document, described as JsonObject)
      expect(schemas(schema)(headers?.[header.toLowerCase()]), header).toBe(true)
    }
  })

  it('and describes an answer for all of these, and no operation beyond', () => {
    const called = new Set(Object.keys(requests).map((name) => name.split(' ')[0]))
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...called].sort())
  })

  it('with every code and OAuth error of the table', () => {
    const code = schemas({ $ref: '#/components/schemas/Code' })
    for (const name of Object.keys(answers)) expect(code(name), name).toBe(true)
    const errors = Object.values(answers).flatMap((answer) => ('oauth' in answer ? [answer.oauth] : []))
    const body = (error: string) => ({ error, error_description: 'x', code: 'x' })
    const oauthError = schemas({ $ref: '#/components/schemas/OAuthError' })
    for (const error of errors) expect(oauthError(body(error)), error).toBe(true)
    expect(oauthError(body('invalid_grant'))).toBe(false)
  })
})

function memberOf(value: Json | undefined, name: string): JsonObject | undefined {
  return value === undefined || value === null || typeof value !== 'object'
    ? undefined
    : ((value as JsonObject)[name] as JsonObject | undefined)
}

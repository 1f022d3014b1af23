import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { startChangeFeed } from './change-feed.ts'
import type { Model } from './model.ts'
import type { Setting } from './setting.ts'

const root = join(import.meta.dirname, '../..')

type Event = Readonly<Record<string, unknown>>
export type Handler = (event: Event) => Promise<{ readonly isAuthorized: boolean; readonly context?: Event }>

/** One route per permission, as many as the catalog has. */
function catalogOf(model: Model, application: string): DecisionCatalog {
  return {
    application,
    epochs: [model.permissions.length],
    keys: model.permissions,
    qualifiers: {},
    gated: [],
    routes: model.permissions.map((permission) => ['GET', `/${permission.replaceAll('.', '/')}`, permission, 0]),
  }
}

export function environmentOf(setting: Setting): Record<string, string> {
  return {
    ROLECAST_ISSUER: setting.issuer,
    ROLECAST_TOKEN_SERVICE_URL: 'http://127.0.0.1:9',
    ROLECAST_JWKS: JSON.stringify(setting.jwks),
  }
}

/** Lays the deployed bundle beside a catalog of the bench, as the construct does, and returns the folder. */
function layOut(model: Model, application: string, name: string): string {
  const folder = join(root, '.rolecast/bench', name)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'dist/functions/authorizer'), folder, { recursive: true })
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(catalogOf(model, application)))
  return folder
}

export async function loadAuthorizer(model: Model, setting: Setting, name: string): Promise<Handler> {
  const folder = layOut(model, setting.audience, name)
  // Followed as it is deployed: what a repeated token costs holds its part of that.
  Object.assign(process.env, environmentOf(setting), { ROLECAST_TOKEN_SERVICE_URL: await startChangeFeed() })
  const { handler } = await import(pathToFileURL(join(folder, 'index.mjs')).href)
  return handler
}

/** What the gateway hands over, made afresh from text each time: no string of it has been hashed or compared before. */
export function eventOf(token: string, permission: string): Event {
  const path = `/${permission.replaceAll('.', '/')}`
  const event = {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:eu-west-1:123456789012:api/$default/GET${path}`,
    identitySource: [`Bearer ${token}`],
    routeKey: `GET ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: { authorization: `Bearer ${token}`, host: 'api.example' },
    requestContext: { routeKey: `GET ${path}`, http: { method: 'GET', path, sourceIp: '127.0.0.1' } },
    pathParameters: {},
  }
  return JSON.parse(JSON.stringify(event))
}

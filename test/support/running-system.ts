/** What tests and the tour do at a running system (`startSystem`, `npm start`) beside what people do: faults, events, pushes, looks. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import type { Running } from '../../infra/local/running.ts'

const asJson = { 'content-type': 'application/json' }

/** The stores of the system's table. */
export function storesOf({ services, names }: Running): ReturnType<typeof dynamoStores> {
  return dynamoStores({ tableName: names.table, endpoint: services.dynamodb })
}

/** What the stand-in at `url` (iX Admin, Okta) does wrong from now on; its `faults.ts` says what it can. */
export async function orderFault(url: string, order: object): Promise<void> {
  const answer = await fetch(`${url}/faults`, { method: 'POST', headers: asJson, body: JSON.stringify(order) })
  if (!answer.ok) throw new Error(`no such fault: ${JSON.stringify(order)}`)
  await answer.body?.cancel()
}

/** Puts an event onto the bus as a bridge would: over HTTP, by the operation's name. */
export async function putEvent(
  { services, names }: Running,
  detail: object,
  { source = 'rolecast.ix-admin', type = 'Account Stated' }: { readonly source?: string; readonly type?: string } = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const entry = { Source: source, DetailType: type, Detail: JSON.stringify(detail), EventBusName: names.bus }
  const response = await fetch(services.events, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Entries: [entry] }),
  })
  return { status: response.status, body: await response.json() }
}

/** As an administrator of the Okta of `hooli`. Gives the status. */
export async function askOkta({ urls, oktaToken }: Running, method: string, path: string): Promise<number> {
  const answer = await fetch(urls.okta + path, { method, headers: { authorization: `SSWS ${oktaToken}` } })
  await answer.body?.cancel()
  return answer.status
}

/** As the identity provider of `initech`. A body that is none is `{}`. */
export async function pushScim({ urls, scimToken }: Running, method: string, path: string, body?: object) {
  const answer = await fetch(urls.scim + path, {
    method,
    headers: { authorization: `Bearer ${scimToken}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
}

/** The body of a SCIM PATCH (RFC 7644, section 3.5.2). */
export function scimPatch(...operations: readonly object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations }
}

/** What waits in the queue of the example product, the oldest first. */
export function readProductQueue(
  dataFolder: string,
): readonly { readonly 'detail-type': string; readonly source: string; readonly detail: object }[] {
  const queues = join(dataFolder, 'queues')
  const file = readdirSync(queues).find((name) => /PermissionChangesQueue/i.test(name))
  if (file === undefined) return []
  const lines = readFileSync(join(queues, file), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(JSON.parse(line).body))
}

/** Reads until what came is `done`, or `limitMs` are over; then what came last. */
export async function readUntil<T>(
  read: () => T | Promise<T>,
  done: (value: T) => boolean,
  { limitMs = 30_000, everyMs = 100 }: { readonly limitMs?: number; readonly everyMs?: number } = {},
): Promise<{ readonly value: T; readonly tookMs: number }> {
  const began = performance.now()
  for (;;) {
    const value = await read()
    const tookMs = performance.now() - began
    if (done(value) || tookMs > limitMs) return { value, tookMs }
    await pause(everyMs)
  }
}

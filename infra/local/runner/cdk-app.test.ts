import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUNDLE, synthesizeApp } from './cdk-app.fixture.ts'
import { FREE_PORTS } from './local-ports.ts'
import { type LocalStack, startLocalStack } from './local-stack.ts'

let stack: LocalStack
const lines: string[] = []
const folder = mkdtempSync(join(tmpdir(), 'cdk-app-'))
beforeAll(async () => {
  const [assembly, code] = [join(folder, 'cdk.out'), join(folder, 'code')]
  mkdirSync(code)
  writeFileSync(join(code, 'index.mjs'), BUNDLE)
  synthesizeApp(assembly, code)
  const log = (source: string, line: string) => lines.push(`${source}: ${line}`)
  stack = await startLocalStack({ assembly, stage: 'dev', ports: FREE_PORTS, log, concurrency: 1 })
})
afterAll(async () => {
  await stack?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(output: string, path: string, authorization?: string) {
  const url = `${stack.outputs['dev-api']?.[output]?.replace(/\/$/, '')}${path}`
  const response = await fetch(url, authorization === undefined ? {} : { headers: { authorization } })
  return { status: response.status, body: (await response.json()) as unknown }
}

describe('an app as CDK synthesizes it', () => {
  it('needs nothing that is not emulated', () => {
    expect(lines).toEqual([])
  })
  it('answers on its HTTP API', async () => {
    expect(await ask('HttpUrl', '/flows/http')).toMatchObject({ status: 401 })
    expect(await ask('HttpUrl', '/flows/http', 'no')).toMatchObject({ status: 403 })
    expect(await ask('HttpUrl', '/flows/http', 'yes')).toEqual({ status: 200, body: { lambda: { n: 1 } } })
    expect(await ask('HttpUrl', '/other', 'yes')).toMatchObject({ status: 404 })
  })
  it('answers on its REST API, through an alias', async () => {
    expect(await ask('RestUrl', '/flows/rest')).toMatchObject({ status: 401 })
    expect(await ask('RestUrl', '/flows/rest', 'no')).toMatchObject({ status: 403 })
    expect(await ask('RestUrl', '/flows/rest', 'yes')).toEqual({
      status: 200,
      body: { principalId: 'someone', n: '1' },
    })
    const preflight = await fetch(`${stack.outputs['dev-api']?.['RestUrl']}flows/1`, { method: 'OPTIONS' })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  })
  it('has its trigger, stream, rule and schedule run', async () => {
    await ask('HttpUrl', '/flows/written', 'yes')
    await stack.runSchedule('Hourly')
    await stack.settled()
    expect(await stack.invoke('Reader', { recall: true })).toMatchObject({
      payload: expect.arrayContaining([
        'record triggered',
        'ix triggered',
        'record written',
        'ix written',
        'aws.events ',
      ]),
    })
  })
})

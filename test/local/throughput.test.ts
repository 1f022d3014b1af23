import { Agent, get } from 'node:http'
import { expect, it } from 'vitest'
import { httpApi } from './fixtures/apis.ts'
import { startGateway } from './fixtures/gateway.ts'

/** Requests per second; the goal is 1,000 on an idle machine, and tests seldom have one. */
const LEAST = 250

async function perSecond(code: string, requests: number): Promise<number> {
  const gateway = await startGateway({
    functions: { Fn: { code } },
    resources: httpApi({ routes: { 'GET /': { function: 'Fn' } } }),
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      get(gateway.http, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
    })
  try {
    await Promise.all(Array.from({ length: 16 }, ask))
    const start = performance.now()
    await Promise.all(Array.from({ length: requests }, ask))
    return requests / ((performance.now() - start) / 1_000)
  } finally {
    agent.destroy()
    await gateway.close()
  }
}

it('answers many requests a second', async () => {
  expect(await perSecond('export const handler = async () => ({ statusCode: 204 })', 2_000)).toBeGreaterThan(LEAST)
})
it('and the measure tells slow from fast (control)', async () => {
  const slow = 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 50, { statusCode: 204 }))'
  expect(await perSecond(slow, 40)).toBeLessThan(LEAST)
})

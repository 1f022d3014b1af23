import { createServer, request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Listening, listen } from '../listen.ts'
import { awsJsonServices } from './aws-json.ts'

let listening: Listening
beforeAll(async () => {
  const services = awsJsonServices({ 'secretsmanager.GetSecretValue': async () => ({ SecretString: 'hidden' }) })
  listening = await listen(createServer(services), { what: 'services', port: 0 })
})
afterAll(() => listening.close())

function ask(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'x-amz-target': 'secretsmanager.GetSecretValue' }
    const call = request(listening.url, { method: 'POST', headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(`${response.statusCode} ${text}`)
    })
    call.on('error', reject).end('{}')
  })
}

it('answers this machine', async () => {
  for (const host of ['127.0.0.1', `localhost:${listening.port}`]) expect(await ask(host)).toMatch(/^200 .*hidden/)
})

it('refuses a page whose name was made to point to this machine', async () => {
  const answer = await ask(`elsewhere.example:${listening.port}`)
  expect(answer).toMatch(/^400 .*AccessDeniedException/)
  expect(answer).not.toContain('hidden')
})

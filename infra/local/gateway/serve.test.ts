import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Listening, listen } from '../listen.ts'
import { serveApi } from './serve.ts'

const logged: string[] = []
let gone = Promise.withResolvers<void>()
let listening: Listening
beforeAll(async () => {
  const serve = serveApi(
    async ({ path }) => {
      if (path === '/defect') throw new Error('a defect of the gateway')
      return { status: 200, headers: [], body: 'answered' }
    },
    (_, line) => logged.push(line),
  )
  const server = createServer((incoming, outgoing) => {
    incoming.once('close', () => setImmediate(() => gone.resolve()))
    serve(incoming, outgoing)
  })
  listening = await listen(server, { what: 'a gateway', port: 0 })
})
afterAll(() => listening.close())

it('logs a defect, and tells the caller nothing of it', async () => {
  const response = await fetch(`${listening.url}/defect`)
  expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}'])
  expect(logged.splice(0).join()).toContain('a defect of the gateway')
})

it('does not log clients that go away in the middle of a request', async () => {
  gone = Promise.withResolvers<void>()
  const socket = connect(listening.port, '127.0.0.1')
  await new Promise<void>((resolve) => {
    socket.write('POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nhalf', () => resolve())
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  await gone.promise
  expect(logged).toEqual([])
  expect(await (await fetch(listening.url)).text()).toBe('answered')
})

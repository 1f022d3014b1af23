import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const nothing = {
  ageMs: 0,
  cursor: '1.0',
  more: false,
  versions: {},
  revisions: {},
  confirmed: {},
  issued: {},
  keys: [],
}

/** A token service that knows of no removal and answers nothing else; it does not keep the process running. */
export async function startChangeFeed(): Promise<string> {
  const server = createServer((request, response) => {
    const found = request.url?.startsWith('/changes?') === true
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ? nothing : {}))
  })
  server.unref()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

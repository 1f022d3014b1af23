import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Another program listens where a local server should. */
export class PortOccupied extends Error {
  override readonly name = 'PortOccupied'
  readonly port: number

  constructor(what: string, port: number) {
    super(
      `Port ${port} is occupied, so ${what} cannot start. Stop the program that uses it ` +
        `(ss -ltnp 'sport = :${port}' names it on Linux) or choose another port.`,
    )
    this.port = port
  }
}

export interface Listening {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly port: number
  /** Ends open connections too. */
  close(): Promise<void>
}

/**
 * Listens on 127.0.0.1 only; port 0 takes a free one.
 * @throws PortOccupied
 */
export async function listen(server: Server, { what, port }: { what: string; port: number }): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortOccupied(what, port) : error)
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const taken = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

/** Whether a Host header is one of ours: it keeps out pages of others that made their name point to this machine. */
export function namesThisMachine(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)
}

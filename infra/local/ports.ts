import { createServer } from 'node:net'

/** Where everything listens on this machine. */
export interface SystemPorts {
  readonly tokenService: number
  readonly httpApi: number
  readonly restApi: number
  readonly hooks: number
  readonly scim: number
  readonly identityProvider: number
  readonly ixAdmin: number
  readonly okta: number
  readonly signals: number
  readonly dynamodb: number
  readonly kms: number
  readonly services: number
}

/** Thrown for a port base that is not one. */
class InvalidPortBase extends Error {
  override readonly name = 'InvalidPortBase'
}

/** The ports from `base` on; ROLECAST_PORT_BASE moves them all. @throws {InvalidPortBase} */
export function portsFrom(text = '4100'): SystemPorts {
  const base = Number(text)
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    throw new InvalidPortBase(`ROLECAST_PORT_BASE is "${text}", but must be a whole number from 1024 to 65000.`)
  }
  return {
    tokenService: base,
    httpApi: base + 10,
    restApi: base + 20,
    hooks: base + 30,
    scim: base + 40,
    identityProvider: base + 100,
    ixAdmin: base + 200,
    okta: base + 210,
    signals: base + 220,
    dynamodb: base + 300,
    kms: base + 301,
    services: base + 302,
  }
}

/** Ports that are free now: for tests, so that they run beside a started system. */
export async function freePorts(): Promise<SystemPorts> {
  const held = await Promise.all(Array.from({ length: 12 }, holdFreePort))
  await Promise.all(held.map(({ release }) => release()))
  const [
    tokenService = 0,
    httpApi = 0,
    restApi = 0,
    hooks = 0,
    scim = 0,
    identityProvider = 0,
    ixAdmin = 0,
    okta = 0,
    signals = 0,
    dynamodb = 0,
    kms = 0,
    services = 0,
  ] = held.map(({ port }) => port)
  return {
    tokenService,
    httpApi,
    restApi,
    hooks,
    scim,
    identityProvider,
    ixAdmin,
    okta,
    signals,
    dynamodb,
    kms,
    services,
  }
}

function holdFreePort(): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('no port'))
      resolve({
        port: address.port,
        release: () => new Promise((done) => server.close(() => done())),
      })
    })
  })
}

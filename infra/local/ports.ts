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

/** Below the ports that systems give to outgoing connections (RFC 6335 section 6; Linux from 32768): nobody takes them meanwhile. */
const freeBases = { least: 10_000, most: 32_000 }
const tries = 50

/**
 * Ports that are free now, for tests, so that they run beside a started system. A system is started minutes later, so they are
 * none that an outgoing connection could be given until then.
 * @throws when none of some bases is free
 */
export async function freePorts(): Promise<SystemPorts> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const ports = portsFrom(String(freeBases.least + Math.floor(Math.random() * (freeBases.most - freeBases.least))))
    const free = await Promise.all(Object.values(ports).map(isFree))
    if (free.every(Boolean)) return ports
  }
  throw new Error(`no ports are free from ${freeBases.least} to ${freeBases.most}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

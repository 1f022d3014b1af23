import { type RotationDependencies, rotateKeys } from '@rolecast/core/application/rotate-keys'

export interface RotateKeysDependencies extends RotationDependencies {
  readonly write: (line: string) => void
}

/** What an invocation did; `keys` maps each `kid` of the ring to its state. */
export interface RotationReport {
  readonly changed: boolean
  readonly keys: Readonly<Record<string, string>>
}

/**
 * Any event is the ordinary run (a schedule, a deployment); `{"remove":"<kid>"}` takes that key out at once. Throws for a
 * `remove` that is no key identifier, so that a slip in an emergency does not look like success.
 */
export function createHandler({ write, ...dependencies }: RotateKeysDependencies) {
  return async (event: unknown): Promise<RotationReport> => {
    const remove = readRemoval(event)
    const { changed, ring } = await rotateKeys(dependencies, remove === undefined ? {} : { remove })
    const keys = Object.fromEntries(ring.keys.map(({ kid, state }) => [kid, state]))
    write(`${JSON.stringify({ level: 'INFO', event: 'rotated', changed, emergency: remove !== undefined, keys })}\n`)
    return { changed, keys }
  }
}

function readRemoval(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('remove' in event)) return undefined
  const { remove } = event
  if (typeof remove !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(remove)) {
    throw new TypeError('"remove" is not a key identifier: 43 characters of base64url')
  }
  return remove
}

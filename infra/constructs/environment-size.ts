/** What Lambda takes, names and values together; a function with more is not deployed. */
const MAX_BYTES = 4_096

/** Thrown at synthesis for an environment that Lambda would refuse; the message says what takes how much. */
export class EnvironmentTooLarge extends Error {
  override readonly name = 'EnvironmentTooLarge'
}

/**
 * Checks the size of a function's environment, taking every value that only the deployment knows for an ARN of some length.
 * @throws {EnvironmentTooLarge} `description` says whose
 */
export function checkEnvironmentSize(description: string, environment: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(environment).map(([name, value]): [string, number] => [
    name,
    Buffer.byteLength(name) + Buffer.byteLength(value.replaceAll(/\$\{Token\[[^\]]*\]\}/g, 'x'.repeat(100))),
  ])
  const total = sizes.reduce((sum, [, size]) => sum + size, 0)
  if (total <= MAX_BYTES) return
  const largest = sizes
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, size]) => `${name} ${size}`)
  throw new EnvironmentTooLarge(
    `The environment of "${description}" takes ${total} bytes, and Lambda allows ${MAX_BYTES}. Most of it: ${largest.join(', ')}. ` +
      'Serve some organizations from a stage of their own, or map fewer names.',
  )
}

/** Looking into payloads of others, of which nothing is certain. */

export type Foreign = Readonly<Record<string, unknown>>

/** The value as an object whose own members may be read; lists are none. */
export function asObject(value: unknown): Foreign | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Foreign) : undefined
}

/** An own member of what may be an object, by name; `undefined` in every other case. */
export function member(value: unknown, name: string): unknown {
  const object = asObject(value)
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
}

/** A member some levels down. */
export function memberAt(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce(member, value)
}

export function textAt(value: unknown, ...names: readonly string[]): string | undefined {
  const found = memberAt(value, ...names)
  return typeof found === 'string' && found !== '' ? found : undefined
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A path segment without its percent-encoding; as it is where that is broken. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

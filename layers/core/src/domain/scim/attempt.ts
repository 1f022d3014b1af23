import type { Code } from '../decision/codes.ts'
import { accept, type Outcome, refuse } from '../decision/refusal.ts'

/** Ends a recursive reader at the first thing that is wrong. Never leaves `attempt`. */
class Ended extends Error {
  readonly code: Code
  readonly detail: string

  constructor(code: Code, detail: string) {
    super(code)
    this.code = code
    this.detail = detail
  }
}

/** Only within `attempt`. `detail` is for the client, in our words: of what it sent it quotes names at most. */
export function fail(code: Code, detail: string): never {
  throw new Ended(code, detail)
}

/** The value that `read` returns, or the refusal it failed with. */
export function attempt<T>(read: () => T): Outcome<T> {
  try {
    return accept(read())
  } catch (error) {
    if (error instanceof Ended) return refuse(error.code, { detail: error.detail })
    throw error
  }
}

/** A name from a request, short enough and plain enough to be repeated in an answer. */
export function quoted(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '?')
  return `"${plain.length > 80 ? `${plain.slice(0, 77)}...` : plain}"`
}

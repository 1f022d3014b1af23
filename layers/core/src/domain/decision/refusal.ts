import type { Code } from './codes.ts'

/**
 * A refusal is a value: its stable code and typed evidence. Evidence is for logs and explanations of the person's own
 * access; it never holds a token, a claim set or a key.
 */
export interface Refusal {
  readonly code: Code
  readonly evidence?: Readonly<Record<string, string | number | boolean | readonly string[]>>
}

/** An expected outcome: a value, or the refusal that stands in its place. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }

export function accept<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function refuse(code: Code, evidence?: Refusal['evidence']): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: evidence === undefined ? { code } : { code, evidence } }
}

import type { Delivery } from '../../application/sync/ports.ts'
import { parseStrictJson } from '../../domain/claims/strict-json.ts'
import { type Outcome, refuse } from '../../domain/decision/refusal.ts'

/** A delivery's body as text; bytes that are no UTF-8 are replaced, so that it can be kept for a person. */
export function textOf({ body }: Delivery): string {
  return new TextDecoder().decode(body)
}

/** The JSON of a delivery; `undefined` for what is none, not UTF-8, or repeats a member. */
export function jsonOf({ body }: Delivery): { readonly value: unknown } | undefined {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** Whether the media type is one of these (parameters do not matter); `undefined` if it is, else the refusal. */
export function wrongMediaType(
  { headers }: Delivery,
  accepted: readonly string[],
): Extract<Outcome<never>, { readonly ok: false }> | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  return type !== undefined && accepted.includes(type) ? undefined : refuse('delivery_media_type')
}

export const notJson = 'not JSON, or with a repeated member'

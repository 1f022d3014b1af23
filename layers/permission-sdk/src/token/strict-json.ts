import { parseStrictJson } from '@rolecast/core/domain/claims/strict-json'

/** Objects and lists may be nested this deep. */
export const deepest = 8

/** Parses a JSON object; `undefined` for anything else, and for all that `parseStrictJson` refuses. */
export function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const value = text === undefined ? undefined : parseStrictJson(text, deepest)?.value
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}

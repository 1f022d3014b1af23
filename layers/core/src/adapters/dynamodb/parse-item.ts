import * as v from 'valibot'
import { StoreCorrupt } from '../../application/ports.ts'
import type { Item } from './conditions.ts'

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** Epoch milliseconds or seconds. */
export const moment = v.pipe(v.number(), v.finite())

/**
 * What is stored, as the schema says. Anything else is StoreCorrupt and nothing of the item is used: a damaged item
 * never says more than nothing. The error names the kind and the attribute, no content.
 */
export function parseItem<const Schema extends v.GenericSchema>(
  schema: Schema,
  item: Item,
  kind: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, item)
  if (parsed.success) return parsed.output
  const path = v.getDotPath(parsed.issues[0]) ?? 'item'
  throw new StoreCorrupt(`a stored ${kind} cannot be read: ${path} is not what was written`)
}

/** The item under a key must be the one the key was made for. */
export function expectSame(
  kind: string,
  pairs: Readonly<Record<string, readonly [stored: string, asked: string]>>,
): void {
  for (const [attribute, [stored, asked]] of Object.entries(pairs)) {
    if (stored !== asked) throw new StoreCorrupt(`a stored ${kind} belongs to another ${attribute} than its key says`)
  }
}

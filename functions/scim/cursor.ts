import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import { accept, refuse } from '@rolecast/core/domain/decision/refusal'
import * as v from 'valibot'
import type { ScimContext } from './context.ts'

/** Where a list goes on: behind the resource with this kind, sort key and id. */
export interface Position {
  readonly after: readonly [kind: string, key: string, id: string]
  /** There is more than is looked at in one request. */
  readonly long?: boolean
}

const content = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    after: v.strictTuple([v.string(), v.string(), v.string()]),
    long: v.exactOptional(v.boolean()),
    count: v.nullable(v.number()),
  }),
)

type Signing = Pick<ScimContext, 'sign' | 'tokenHash'>

/**
 * A cursor for the next page (RFC 9865 section 2): signed for the token, the query and the count that it was made for. It needs
 * no memory here and does not expire, but with its token.
 */
export function writeCursor(
  { sign, tokenHash }: Signing,
  query: { readonly identity: string; readonly count: number | undefined },
  position: Position,
): string {
  const text = Buffer.from(JSON.stringify({ ...position, count: query.count ?? null })).toString('base64url')
  return `${text}.${sign(`${query.identity}\n${text}`, tokenHash)}`
}

/** Refuses with `scim_invalid_cursor` what was not made so, and with `scim_invalid_count` another count than the first. */
export function readCursor(
  { sign, tokenHash }: Signing,
  query: { readonly identity: string; readonly count: number | undefined },
  cursor: string,
): Outcome<Position> {
  const [text = '', signature, ...more] = cursor.split('.')
  if (more.length > 0 || signature !== sign(`${query.identity}\n${text}`, tokenHash))
    return refuse('scim_invalid_cursor')
  // Whoever has the token can sign by its hash.
  const read = v.safeParse(content, Buffer.from(text, 'base64url').toString())
  if (!read.success) return refuse('scim_invalid_cursor')
  const { count, ...position } = read.output
  return count === (query.count ?? null) ? accept(position) : refuse('scim_invalid_count')
}

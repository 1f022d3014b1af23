import * as v from 'valibot'
import type { PullFailure } from '../../../application/ports.ts'
import { parseStrictJson } from '../../../domain/claims/strict-json.ts'
import { type Answer, hasMediaType } from './attempt.ts'
import type { Get } from './source.ts'

const MAX_BYTES = 4 * 1024 * 1024

export interface JsonRequest<T> {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** What the answer must hold; members it does not name are left aside, because a third party adds them at any time. */
  readonly schema: v.GenericSchema<unknown, T>
  /** The media type of the answer; `application/json` counts always. */
  readonly mediaType?: string
  /** What the JSON of a 404 must hold to say that there is no such thing; any other 404 is garbage. */
  readonly absent?: v.GenericSchema
}

export type Fetched<T> =
  | { readonly outcome: 'fetched'; readonly value: T; readonly headers: Headers }
  | { readonly outcome: 'absent' }
  /** A 304. */
  | { readonly outcome: 'not_modified' }

/** Reads a JSON document of a third party. Nothing of it is repeated in a failure. */
export async function fetchJson<T>(get: Get, request: JsonRequest<T>): Promise<Fetched<T> | PullFailure> {
  const { url, headers = {}, schema, mediaType = 'application/json', absent } = request
  const accept = mediaType === 'application/json' ? mediaType : `${mediaType}, application/json`
  const answer = await get({ url, headers: { accept, ...headers }, maxBytes: MAX_BYTES })
  if ('outcome' in answer) return answer
  if (answer.status === 304 && 'if-none-match' in headers) return { outcome: 'not_modified' }
  const json = isOf(answer, mediaType) ? parseStrictJson(answer.text) : undefined
  if (answer.status === 404) {
    if (absent !== undefined && v.is(absent, json?.value)) return { outcome: 'absent' }
    return { outcome: 'garbage', detail: 'a 404 that does not say what there is none of' }
  }
  if (answer.status === 206) return { outcome: 'partial' }
  if (answer.status >= 300) return { outcome: 'refused', status: answer.status }
  if (answer.status !== 200 || json === undefined) {
    return { outcome: 'garbage', detail: `status ${answer.status} without the JSON that belongs to it` }
  }
  const result = v.safeParse(schema, json.value, { abortEarly: true })
  if (result.success) return { outcome: 'fetched', value: result.output, headers: answer.headers }
  const place = result.issues[0].path?.map((item) => (item.type === 'array' ? '[]' : String(item.key))).join('.')
  return { outcome: 'garbage', detail: `${place ?? 'the answer'} is not as documented` }
}

function isOf({ headers }: Answer, mediaType: string): boolean {
  return hasMediaType(headers, mediaType) || hasMediaType(headers, 'application/json')
}

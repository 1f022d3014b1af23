import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import { attempt, fail } from '@rolecast/core/domain/scim/attempt'
import { isObject, type Json } from '@rolecast/core/domain/scim/json'
import type { Projection } from '@rolecast/core/domain/scim/project-resource'
import { checkSchemas } from '@rolecast/core/domain/scim/read-resource'
import { memberOf } from './patch-request.ts'

export const pageSize = { otherwise: 100, most: 200 } as const

/** What a client asks for (RFC 7644 section 3.4.2, RFC 9865 section 2). */
export interface Query {
  readonly filter?: string
  readonly sort?: { readonly by: string; readonly descending: boolean }
  readonly projection: Projection
  /** As it was sent, not below 0. */
  readonly count?: number
  /** By index from 1, or from a cursor (empty: from the beginning). */
  readonly page: { readonly startIndex: number } | { readonly cursor: string }
}

/** Of the parameters of a URL. */
export function readQuery(parameters: URLSearchParams): Outcome<Query> {
  const names = (name: string) =>
    parameters.has(name) ? { [name]: parameters.getAll(name).flatMap((each) => each.split(',')) } : {}
  const texts = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'].flatMap((name) => {
    const value = parameters.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return attempt(() => query({ ...Object.fromEntries(texts), ...names('attributes'), ...names('excludedAttributes') }))
}

const searchSchema = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

/** Of the body of a search (RFC 7644 section 3.4.3). */
export function readSearch(body: Json): Outcome<Query> {
  return attempt(() => {
    if (!isObject(body)) return fail('scim_invalid_syntax', 'the body is no JSON object')
    checkSchemas(body, searchSchema)
    const names = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor', 'attributes', 'excludedAttributes']
    const given = names.flatMap((name) => {
      const value = memberOf(body, name)
      return value === undefined || value === null ? [] : [[name, value] as const]
    })
    return query(Object.fromEntries(given))
  })
}

type Given = Readonly<Record<string, Json | undefined>>

function query(given: Given): Query {
  const filter = text(given, 'filter')
  const by = text(given, 'sortBy')
  const order = text(given, 'sortOrder')?.toLowerCase() ?? 'ascending'
  if (order !== 'ascending' && order !== 'descending')
    fail('scim_invalid_value', '"sortOrder" is ascending or descending')
  const attributes = texts(given, 'attributes')
  const excluded = texts(given, 'excludedAttributes')
  if (attributes !== undefined && excluded !== undefined) {
    fail('scim_invalid_value', '"attributes" and "excludedAttributes" exclude each other')
  }
  const cursor = text(given, 'cursor')
  const startIndex = integer(given, 'startIndex')
  if (cursor !== undefined && startIndex !== undefined) {
    fail('scim_invalid_value', '"cursor" and "startIndex" exclude each other')
  }
  const count = integer(given, 'count')
  return {
    ...(filter !== undefined && { filter }),
    ...(by !== undefined && { sort: { by, descending: order === 'descending' } }),
    projection: { ...(attributes && { attributes }), ...(excluded && { excluded }) },
    ...(count !== undefined && { count: Math.max(0, count) }),
    page: cursor === undefined ? { startIndex: Math.max(1, startIndex ?? 1) } : { cursor },
  }
}

function text(given: Given, name: string): string | undefined {
  const value = given[name]
  if (value !== undefined && typeof value !== 'string') fail('scim_invalid_value', `"${name}" is a text`)
  return value
}

function texts(given: Given, name: string): readonly string[] | undefined {
  const value = given[name]
  if (value === undefined) return undefined
  if (!Array.isArray(value)) return fail('scim_invalid_value', `"${name}" is a list of names`)
  const names = value.map((each) =>
    typeof each === 'string' ? each.trim() : fail('scim_invalid_value', 'a name is a text'),
  )
  return names.filter((each) => each !== '')
}

function integer(given: Given, name: string): number | undefined {
  const value = given[name]
  if (value === undefined) return undefined
  const number = typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  return fail(name === 'count' ? 'scim_invalid_count' : 'scim_invalid_value', `"${name}" is a whole number`)
}

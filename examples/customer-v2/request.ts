import type { catalog } from '@rolecast/catalogs/customer-v2/catalog'
import type { Documents } from './documents.ts'

/** The permissions of this product: a misspelt one does not compile. */
export type Permission = keyof typeof catalog.permissions & string

/** A request that the authorizer let through, with what this person may do. */
export interface Request {
  readonly organization: string
  readonly account: string
  can(permission: Permission): boolean
  parameter(name: string): string
  readonly body: Readonly<Record<string, unknown>>
  readonly documents: Documents
}

export interface Answer {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

export type Respond = (request: Request) => Promise<Answer>

export function json(statusCode: number, value: unknown): Answer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** RFC 9457. */
export function problem(status: number, title: string, detail?: string): Answer {
  const body = JSON.stringify({ type: 'about:blank', status, title, ...(detail === undefined ? {} : { detail }) })
  return { statusCode: status, headers: { 'content-type': 'application/problem+json' }, body }
}

/** A text member of the body of at most 200 characters, or nothing. */
export function text(body: Readonly<Record<string, unknown>>, member: string): string | undefined {
  const value = body[member]
  return typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined
}

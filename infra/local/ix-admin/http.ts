import type { IncomingMessage } from 'node:http'
import { readBody } from '../read-body.ts'

/** An answer before it is written. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const MAX_BODY_BYTES = 64 * 1024

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** The problem types of the contract, each with its status and title (RFC 9457). */
const problems = {
  'account-not-found': [404, 'There is no such account'],
  'organization-not-found': [404, 'There is no such organization'],
  'bad-request': [400, 'The request is not one that the contract allows'],
  unauthenticated: [401, 'A valid access token is needed'],
  'insufficient-scope': [403, 'The access token lacks the scope for this'],
  'not-an-administrator': [403, 'Only an Organization Admin of this organization changes roles'],
  'changed-since': [412, 'The account has changed since it was read'],
  'unknown-role': [422, 'There is no such role'],
  'precondition-required': [428, 'If-Match is needed'],
  'too-many-requests': [429, 'Too many requests'],
  unavailable: [503, 'iX Admin cannot answer now'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemType = keyof typeof problems

export function problem(
  type: ProblemType,
  { detail, headers }: { readonly detail?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Reply {
  const [status, title] = problems[type]
  const body = {
    type: `urn:rolecast:identity-admin:${type}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
  }
  return json(status, body, { 'content-type': 'application/problem+json', ...headers })
}

/** A problem outside the contract: a path or a method that it does not have. */
export function plainProblem(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(
    status,
    { type: 'about:blank', title, status },
    { 'content-type': 'application/problem+json', ...headers },
  )
}

/** The body if it has this media type and at most 64 KiB; `undefined` otherwise. */
export async function readText(request: IncomingMessage, mediaType: string): Promise<string | undefined> {
  if (request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== mediaType) return undefined
  return (await readBody(request, MAX_BODY_BYTES))?.toString()
}

/** `undefined` if the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

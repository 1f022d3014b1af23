import * as v from 'valibot'
import type { AccountKey, AccountStatement } from '../../../domain/assignment/statement.ts'
import { parseStrictJson } from '../../../domain/claims/strict-json.ts'
import { IDENTIFIER } from '../identifier.ts'

/**
 * The formats of events/identity-admin/openapi.yaml. Statements and pages are closed objects: a member we do not know could
 * be a restriction, so it makes the answer garbage instead of being overlooked.
 */
export const ENTITY_TAG = /^"[\x21\x23-\x7e]{1,126}"$/

const identifier = v.pipe(v.string(), v.regex(IDENTIFIER))

const roleAssignment = v.strictObject({
  application: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  role: v.pipe(v.string(), v.regex(/^(custom:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
})

const statement = v.strictObject({
  organization: identifier,
  account: identifier,
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  status: v.picklist(['active', 'inactive']),
  roles: v.pipe(
    v.array(roleAssignment),
    v.maxLength(300),
    v.check((roles) => new Set(roles.map((each) => `${each.application} ${each.role}`)).size === roles.length),
  ),
  complete: v.boolean(),
  occurredAt: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
})

const page = v.strictObject({
  statements: v.pipe(v.array(statement), v.maxLength(500)),
  next: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(512))),
  complete: v.boolean(),
})

const problem = v.object({ type: v.string() })

export type Parsed<T> =
  | { readonly outcome: 'parsed'; readonly value: T }
  | { readonly outcome: 'garbage'; readonly detail: string }
  | { readonly outcome: 'partial' }

/** A complete statement about exactly the account that was asked for. */
export function parseStatement(text: string, asked: AccountKey): Parsed<AccountStatement> {
  const parsed = parse(statement, text)
  if (parsed.outcome !== 'parsed') return parsed
  const { complete, ...rest } = parsed.value
  if (rest.organization !== asked.organization || rest.account !== asked.account) {
    return { outcome: 'garbage', detail: 'about another account than the one asked for' }
  }
  return complete ? { outcome: 'parsed', value: rest } : { outcome: 'partial' }
}

export interface Page {
  readonly statements: readonly AccountStatement[]
  readonly next?: string
}

/** A complete page of one organization, in the contract's order, that leads on: its `next` is not the cursor it was read with. */
export function parsePage(text: string, organization: string, cursor: string | undefined): Parsed<Page> {
  const parsed = parse(page, text)
  if (parsed.outcome !== 'parsed') return parsed
  const { statements, next, complete } = parsed.value
  if (statements.some((each) => each.organization !== organization)) {
    return { outcome: 'garbage', detail: 'about another organization than the one asked for' }
  }
  if (statements.some((each, index) => index > 0 && each.account <= (statements[index - 1]?.account ?? ''))) {
    return { outcome: 'garbage', detail: 'accounts repeated or out of order' }
  }
  if (next !== null && next === cursor) return { outcome: 'garbage', detail: 'a page that leads to itself' }
  if (!complete || statements.some((each) => !each.complete)) return { outcome: 'partial' }
  const whole = statements.map(({ complete: _, ...rest }) => rest)
  return { outcome: 'parsed', value: next === null ? { statements: whole } : { statements: whole, next } }
}

/** The `type` of a problem document (RFC 9457), if the text is one. */
export function parseProblemType(text: string): string | undefined {
  const json = parseStrictJson(text)
  return v.is(problem, json?.value) ? json.value.type : undefined
}

// What is wrong is said in our words and by the place; nothing of the answer itself, which may name people, is repeated.
function parse<T>(schema: v.GenericSchema<unknown, T>, text: string): Parsed<T> {
  const json = parseStrictJson(text)
  if (json === undefined) return { outcome: 'garbage', detail: 'not JSON, or with a repeated member' }
  const result = v.safeParse(schema, json.value, { abortEarly: true })
  if (result.success) return { outcome: 'parsed', value: result.output }
  const issue = result.issues[0]
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { outcome: 'garbage', detail: 'a member that the contract does not know' }
  }
  const place = issue.path?.map((item) => String(item.key)).join('.')
  return { outcome: 'garbage', detail: `${place ?? 'the answer'} is not as the contract says` }
}

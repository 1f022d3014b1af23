import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import type { PatchOperation } from '@rolecast/core/domain/scim/apply-patch'
import { attempt, fail, quoted } from '@rolecast/core/domain/scim/attempt'
import { isObject, type Json, type JsonObject } from '@rolecast/core/domain/scim/json'
import { checkSchemas } from '@rolecast/core/domain/scim/read-resource'

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const mostOperations = 1_000

/** The operations of a PATCH (RFC 7644 section 3.5.2). Their names are taken whatever the case: Entra writes "Replace". */
export function readPatch(body: Json): Outcome<readonly PatchOperation[]> {
  return attempt(() => {
    if (!isObject(body)) return fail('scim_invalid_syntax', 'the body is no JSON object')
    checkSchemas(body, patchSchema)
    const operations = memberOf(body, 'Operations')
    if (!Array.isArray(operations) || operations.length === 0) {
      return fail('scim_invalid_syntax', '"Operations" is missing, or no list of operations')
    }
    if (operations.length > mostOperations)
      return fail('scim_too_large', `there are more than ${mostOperations} operations`)
    return operations.map(readOperation)
  })
}

function readOperation(operation: Json): PatchOperation {
  if (!isObject(operation)) return fail('scim_invalid_syntax', 'an operation is an object')
  const name = memberOf(operation, 'op')
  const path = memberOf(operation, 'path')
  const value = memberOf(operation, 'value')
  const op = (['add', 'replace', 'remove'] as const).find(
    (each) => typeof name === 'string' && each === name.toLowerCase(),
  )
  if (op === undefined) {
    return fail('scim_invalid_syntax', `${quoted(String(name))} is no operation: add, remove or replace`)
  }
  if (path !== undefined && path !== null && typeof path !== 'string') {
    return fail('scim_invalid_path', 'a path is a text')
  }
  const hasPath = typeof path === 'string' && path !== ''
  return { op, ...(hasPath && { path }), ...(value !== undefined && { value }) }
}

/** Names of members are compared without regard to case, as everywhere in SCIM. */
export function memberOf(object: JsonObject, name: string): Json | undefined {
  const wanted = name.toLowerCase()
  return Object.entries(object).find(([each]) => each.toLowerCase() === wanted)?.[1]
}

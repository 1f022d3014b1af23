import { describe, expect, test } from 'vitest'
import { at, type JsonObject, type Operation, operationsOf, schemasOf } from '../openapi.ts'
import { contractSamples, readContract } from './document.ts'

const contract = readContract()
const problems = problemsOf(contract)

describe('the identity admin contract', () => {
  test('is a well-formed OpenAPI 3.1 document', () => {
    expect(problems).toEqual([])
  })

  test.each([
    ['a reference into nothing', '"#/components/schemas/Statement"', '"#/components/schemas/Statment"'],
    ['an operation without a name', '"operationId":"readStatement",', ''],
    ['two operations of one name', '"operationId":"readStatement"', '"operationId":"listStatements"'],
    ['a path parameter that is not declared', '/accounts/{account}"', '/accounts/{acount}"'],
    ['a response without a description', '"description":"One page",', ''],
    ['an operation that anybody may call', '"security":[{"clientCredentials":["people:read"]}],', '"security":[],'],
    ['a scope that is not declared', '["people:read"]', '["peple:read"]'],
    ['a keyword that JSON Schema does not know', '"uniqueItems":true', '"uniqueItem":true'],
  ])('would not be with %s', (_, part, instead) => {
    const text = JSON.stringify(contract)
    expect(text).toContain(part)
    expect(problemsOf(JSON.parse(text.replaceAll(part, instead)))).not.toEqual([])
  })

  const schema = schemasOf(contract)

  test.each(contractSamples('accepted'))('accepts the sample $name', (sample) => {
    const validate = schema({ $ref: `#/components/schemas/${sample.schema}` })
    expect(validate(sample.body), JSON.stringify(validate.errors)).toBe(true)
  })

  test.each(contractSamples('refused'))('refuses the sample $name', (sample) => {
    expect(schema({ $ref: `#/components/schemas/${sample.schema}` })(sample.body)).toBe(false)
  })

  test('closes every object that a statement or a page is made of', () => {
    for (const name of ['Statement', 'RoleAssignment', 'Page', 'People', 'Person']) {
      expect(at(contract, ['components', 'schemas', name, 'additionalProperties']), name).toBe(false)
    }
  })
})

function problemsOf(document: JsonObject): readonly string[] {
  const found: string[] = []
  if (!/^3\.1\.\d+$/.test(String(document['openapi']))) found.push('no OpenAPI 3.1 document')
  if (!/^\d+\.\d+\.\d+$/.test(String(at(document, ['info', 'version'])))) found.push('no version')
  for (const reference of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    if (at(document, (reference[1] ?? '').split('/')) === undefined) found.push(`no ${reference[1]}`)
  }
  const names = new Set<string>()
  for (const operation of operationsOf(document)) {
    const { path, operationId: name } = operation
    if (name === undefined || names.has(name)) found.push(`${path}: no operationId of its own`)
    names.add(name)
    const declared = operation.parameters.filter((each) => each['in'] === 'path').map((each) => each['name'])
    const used = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    if (JSON.stringify(declared.toSorted()) !== JSON.stringify(used.toSorted())) found.push(`${path}: path parameters`)
    for (const [status, response] of Object.entries(operation.responses)) {
      if (typeof response['description'] !== 'string') found.push(`${name} ${status}: no description`)
    }
    found.push(...securityProblems(document, operation))
  }
  try {
    const schema = schemasOf(document)
    for (const name of Object.keys(at(document, ['components', 'schemas']) ?? {})) {
      schema({ $ref: `#/components/schemas/${name}` })
    }
  } catch (error) {
    found.push(String(error))
  }
  return found
}

function securityProblems(document: JsonObject, operation: Operation): readonly string[] {
  const security = (operation['security'] ?? document['security'] ?? []) as readonly JsonObject[]
  const scopes = at(document, [
    'components',
    'securitySchemes',
    'clientCredentials',
    'flows',
    'clientCredentials',
    'scopes',
  ])
  const unknown = security
    .flatMap((each) => Object.values(each).flat())
    .filter((scope) => !Object.hasOwn(scopes as JsonObject, String(scope)))
  if (security.length === 0) return [`${operation.operationId}: anybody may call it`]
  return unknown.map((scope) => `${operation.operationId}: no scope ${scope}`)
}

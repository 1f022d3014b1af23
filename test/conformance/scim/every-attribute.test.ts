import { randomUUID } from 'node:crypto'
import type { Attribute, Schema } from '@rolecast/core/domain/scim/attribute'
import { expect, it } from 'vitest'
import { createScimWorld, schemas } from './world.ts'

/** As a client does that knows nothing but /ResourceTypes and /Schemas: each attribute by its full name, with made-up values. */

const world = createScimWorld()

interface Type {
  readonly name: string
  readonly endpoint: string
  readonly schema: string
  readonly schemaExtensions?: readonly { readonly schema: string }[]
}

const types: readonly Type[] = (await world.get('/ResourceTypes')).body.Resources
const described: readonly Schema[] = (await world.get('/Schemas')).body.Resources

const writable = ({ mutability }: Attribute) => mutability !== 'readOnly'

async function madeUp(attribute: Attribute): Promise<unknown> {
  const value = await one(attribute)
  return attribute.multiValued ? [value] : value
}

async function one({ name, type, subAttributes, canonicalValues, referenceTypes }: Attribute): Promise<unknown> {
  if (type === 'complex') {
    const parts: Record<string, unknown> = {}
    for (const sub of (subAttributes ?? []).filter(writable)) parts[sub.name] = await madeUp(sub)
    // A reference and the value beside it name the same.
    if (typeof parts['$ref'] === 'string') parts['value'] = parts['$ref'].split('/').at(-1)
    return parts
  }
  if (type === 'boolean') return true
  if (type === 'binary') return Buffer.from(randomUUID()).toString('base64')
  if (type === 'reference') {
    if (!referenceTypes?.includes('User')) return `https://${randomUUID()}.example`
    return (await world.makeUser(randomUUID())).meta.location
  }
  if (canonicalValues !== undefined && canonicalValues.length > 0) return canonicalValues[0]
  return name === 'userName' ? randomUUID() : `made-up ${randomUUID()}`
}

function attributesOf({
  schema,
  schemaExtensions = [],
}: Type): readonly (readonly [urn: string, attribute: Attribute])[] {
  return [schema, ...schemaExtensions.map((each) => each.schema)].flatMap((urn) => {
    const found = described.find(({ id }) => id === urn)
    if (found === undefined) throw new Error(`/Schemas does not describe ${urn}`)
    return found.attributes.filter(writable).map((attribute) => [urn, attribute] as const)
  })
}

const every = types.flatMap((type) =>
  attributesOf(type).map(([urn, attribute]) => [`${urn}:${attribute.name}`, type, urn, attribute] as const),
)

it('there are many', () => {
  expect(every.length).toBeGreaterThan(25)
})

it.each(every)(
  '%s is added, replaced and removed, and comes back as it was sent',
  async (path, type, urn, attribute) => {
    const base = type.name === 'User' ? await world.makeUser(randomUUID()) : await world.makeGroup(randomUUID())
    const url = `${type.endpoint}/${base.id}`
    const present = async () => {
      const { body } = await world.get(url)
      return (urn === type.schema ? body : (body[urn] ?? {}))[attribute.name]
    }
    for (const op of ['add', 'replace']) {
      const value = await madeUp(attribute)
      const { status } = await world.patch(url, [{ op, path, value }])
      expect(status, op).toBeOneOf([200, 204])
      if (op === 'add' && attribute.multiValued) expect(await present()).toContainEqual((value as unknown[])[0])
      else expect(await present(), op).toEqual(value)
    }
    const removed = await world.patch(url, [{ op: 'remove', path }])
    if (attribute.required) {
      expect(removed).toMatchObject({ status: 400, body: { scimType: 'mutability' } })
    } else {
      expect(removed.status).toBeOneOf([200, 204])
      expect(await present()).toBeUndefined()
    }
  },
)

it.each(types)('$name with everything is created, and replaced by something else', async (type) => {
  const whole = async () => {
    const body: Record<string, unknown> = {
      schemas: [type.schema, ...(type.schemaExtensions ?? []).map(({ schema }) => schema)],
    }
    for (const [urn, attribute] of attributesOf(type)) {
      const value = await madeUp(attribute)
      if (urn === type.schema) body[attribute.name] = value
      else body[urn] = { ...(body[urn] as object | undefined), [attribute.name]: value }
    }
    return body
  }
  const first = await whole()
  const created = await world.post(type.endpoint, first)
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject(first)
  const second = await whole()
  const replaced = await world.put(`${type.endpoint}/${created.body.id}`, second)
  expect(replaced.status).toBe(200)
  expect(replaced.body).toMatchObject(second)
  expect((await world.get(`${type.endpoint}/${created.body.id}`)).body).toEqual(replaced.body)
})

it('what comes back has no member that the schemas do not describe', async () => {
  const common = ['schemas', 'id', 'externalId', 'meta', schemas.enterprise, schemas.groupRoles]
  for (const type of types) {
    const known = described.find(({ id }) => id === type.schema)?.attributes ?? []
    for (const resource of (await world.get(`${type.endpoint}?count=200`)).body.Resources) {
      for (const [name, value] of Object.entries(resource)) {
        const attribute = known.find((each) => each.name === name)
        if (attribute === undefined) expect(common).toContain(name)
        const parts = attribute?.subAttributes?.map((each) => each.name)
        for (const each of parts === undefined ? [] : [value].flat()) {
          for (const part of Object.keys(each as object)) expect(parts).toContain(part)
        }
      }
    }
  }
})

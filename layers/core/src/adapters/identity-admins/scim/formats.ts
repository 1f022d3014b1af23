import * as v from 'valibot'

/** The parts of a SCIM service provider's answers that count here (RFC 7643, RFC 7644). */

const value = v.object({ value: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) })
// A provider may leave an attribute without value out, or give it as null (RFC 7643 section 2.5).
const values = v.pipe(v.nullish(v.array(value), []), v.maxLength(10_000))
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(512))

export const user = v.object({
  id: name,
  userName: v.nullish(name),
  externalId: v.nullish(name),
  active: v.boolean(),
  roles: values,
  groups: values,
})

export type User = v.InferOutput<typeof user>

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const users = v.pipe(v.optional(v.array(user), []), v.maxLength(1_000))

/** A list response with its number of results, which paging by index needs. */
export const userList = v.object({ totalResults: whole, Resources: users })

/** A page of a walk by cursor (RFC 9865 section 2). */
export const cursorPage = v.object({
  totalResults: v.optional(whole),
  nextCursor: v.nullish(v.pipe(v.string(), v.nonEmpty())),
  Resources: users,
})

/** RFC 7644 section 3.12. */
export const noSuchResource = v.object({
  schemas: v.pipe(v.array(v.string()), v.includes('urn:ietf:params:scim:api:messages:2.0:Error')),
  status: v.picklist(['404', 404]),
})

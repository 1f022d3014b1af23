import * as v from 'valibot'

/** The parts of the Management API's answers that count here. */

const userId = v.pipe(v.string(), v.minLength(1), v.maxLength(256))

export const user = v.object({ user_id: userId, blocked: v.optional(v.boolean(), false) })

export const noSuchUser = v.object({ statusCode: v.literal(404), errorCode: v.literal('inexistent_user') })

const roles = v.pipe(
  v.array(v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)) })),
  v.maxLength(1_000),
)
const total = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** With `include_totals`: what there is beside the page, so that a short page is seen. */
export const rolePage = v.object({ roles, total })

export const organizationPage = v.object({
  organizations: v.pipe(v.array(v.object({ id: v.string() })), v.maxLength(1_000)),
  next: v.optional(v.pipe(v.string(), v.nonEmpty())),
})

export const memberPage = v.object({
  members: v.pipe(v.array(v.object({ user_id: userId, roles: v.optional(roles, []) })), v.maxLength(1_000)),
  next: v.optional(v.pipe(v.string(), v.nonEmpty())),
})

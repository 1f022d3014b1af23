import * as v from 'valibot'

/** The parts of Keycloak's answers that count here. */

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(128))

export const user = v.object({ id, enabled: v.boolean() })

export const userList = v.pipe(v.array(user), v.maxLength(1_000))

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

export const groupCount = v.object({ count })

export const role = v.object({ name: v.string() })

export const roleList = v.pipe(v.array(role), v.maxLength(10_000))

export const groupList = v.pipe(v.array(v.object({ id, path: v.string() })), v.maxLength(1_000))

export const noSuchRole = v.object({ error: v.literal('Could not find role') })

export const noSuchUser = v.object({ error: v.literal('User not found') })

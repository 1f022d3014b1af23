import * as v from 'valibot'

/** The parts of Okta's answers that count here. */

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(128))

/** Every status that Okta documents; another one is garbage, because it could be a new way of being locked out. */
const status = v.picklist([
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'LOCKED_OUT',
  'PASSWORD_EXPIRED',
  'SUSPENDED',
  'DEPROVISIONED',
])

/** Who may sign in now, or may once a new password is set. */
export const activeStatuses: ReadonlySet<v.InferOutput<typeof status>> = new Set([
  'ACTIVE',
  'RECOVERY',
  'PASSWORD_EXPIRED',
])

export const user = v.object({
  id,
  status,
  profile: v.object({ login: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) }),
})

export type User = v.InferOutput<typeof user>

export const userList = v.pipe(v.array(user), v.maxLength(1_000))

export const groupList = v.pipe(v.array(v.object({ id })), v.maxLength(10_000))

/** "Resource not found". */
export const noSuchThing = v.object({ errorCode: v.literal('E0000007') })

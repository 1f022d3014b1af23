import * as v from 'valibot'

/** The formats of events/account-stated and events/account-hinted, version 1. Closed: a member we do not know could be a restriction. */
const identifier = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/))
const moment = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const roleAssignment = v.strictObject({
  application: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  role: v.pipe(v.string(), v.regex(/^(custom:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
})

const accountStated = v.strictObject({
  eventId: identifier,
  organization: identifier,
  account: identifier,
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  status: v.picklist(['active', 'inactive']),
  roles: v.pipe(
    v.array(roleAssignment),
    v.maxLength(300),
    v.check((roles) => new Set(roles.map((each) => `${each.application} ${each.role}`)).size === roles.length),
  ),
  occurredAt: moment,
  jws: v.optional(v.pipe(v.string(), v.maxLength(49_152), v.regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/))),
})

const accountHinted = v.strictObject({
  eventId: identifier,
  organization: identifier,
  account: v.optional(identifier),
  occurredAt: moment,
  origin: identifier,
  reason: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:/-]{1,120}$/))),
})

/** The contracts by `detail-type`. A later version has a `detail-type` of its own, which ends in ` v2`. */
export const contracts = { 'Account Stated': accountStated, 'Account Hinted': accountHinted } as const

export type AccountStated = v.InferOutput<typeof accountStated>
export type AccountHinted = v.InferOutput<typeof accountHinted>

/** What EventBridge wraps around the detail of an event; it may add members. */
export const envelope = v.object({
  source: v.pipe(v.string(), v.maxLength(256)),
  'detail-type': v.pipe(v.string(), v.maxLength(128)),
  detail: v.record(v.string(), v.unknown()),
})

export type Envelope = v.InferOutput<typeof envelope>

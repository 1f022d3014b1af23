import * as v from 'valibot'
import { secureUrl } from './secure-url.ts'

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512))
const whole = (otherwise: number, least: number, most: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)), otherwise)

/** Who changes the synthetic account's role, and where. */
const roleChange = v.variant('by', [
  v.strictObject({
    /** The account's membership of a group, PATCHed at a SCIM service provider (RFC 7644 section 3.5.2); ours or another. */
    by: v.literal('scim'),
    /** Before `/Groups`, as `https://…/scim/v2`. */
    url: secureUrl,
    /** `id` of the group that the role is for, and of the account's user. */
    group: text,
    user: text,
  }),
  v.strictObject({
    /** iX Admin's interface for administrators. */
    by: v.literal('ix-admin'),
    /** Before `/v1`. */
    url: secureUrl,
    clientId: text,
    organization: text,
    account: text,
    /** An administrator of the organization, for whom the client acts. */
    actingAccount: text,
    application: text,
    role: text,
  }),
])

/** What the probe of a stage uses: an account, an organization and a role that nobody needs. Secrets are not here. */
export const probeSettings = v.strictObject({
  /** Whose tokens open the product. */
  application: text,
  /** Read with GET; a route that needs the role, and nothing else of the product. */
  productUrl: secureUrl,
  /** How the account signs in at the organization's provider: client credentials (RFC 6749 section 4.4). */
  signIn: v.strictObject({
    tokenUrl: secureUrl,
    clientId: text,
    /** Sent with the grant: `scope`, `audience`, `resource`, as the provider wants it. */
    parameters: v.optional(v.record(text, text), {}),
    authenticateBy: v.optional(v.picklist(['header', 'body']), 'header'),
  }),
  role: roleChange,
  /** At the same time, so that several authorizers are met. */
  connections: whole(8, 1, 32),
  everyMinutes: whole(10, 5, 60),
  /** What is promised: a removal that takes longer raises the alarm. */
  boundSeconds: whole(10, 1, 44),
  /** How long a change is waited for; longer than the bound, and short enough for a round within a run of the function. */
  limitSeconds: whole(25, 2, 45),
})

export type ProbeSettings = v.InferOutput<typeof probeSettings>

export type RoleChangeSettings = ProbeSettings['role']

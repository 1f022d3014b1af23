import * as v from 'valibot'

/** The settings of the rotation, from its environment. */
export interface RotateKeysConfig {
  readonly table: string
  readonly stage: string
  readonly kmsKeyId: string
  readonly signingAlgorithm: 'ES256' | 'RS256'
  /** Seconds. */
  readonly rotateAfterSeconds: number
  /** Seconds; longer than readers keep the key set. */
  readonly publishBeforeSeconds: number
  /** Seconds a token lives: as the token function has it. */
  readonly tokenSeconds: number
}

/** Thrown at start. The message names every setting that is missing, unknown or malformed, and never a value. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig'
}

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'))
const day = 86_400

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_STAGE: text,
  ROLECAST_KMS_KEY_ID: text,
  ROLECAST_SIGNING_ALGORITHM: v.optional(v.picklist(['ES256', 'RS256'], 'must be ES256 or RS256'), 'ES256'),
  ROLECAST_ROTATE_AFTER_SECONDS: whole({ otherwise: 30 * day, least: 3_600, most: 366 * day }),
  ROLECAST_PUBLISH_BEFORE_SECONDS: whole({ otherwise: 900, least: 300, most: 30 * day }),
  ROLECAST_TOKEN_SECONDS: whole({ otherwise: 300, least: 30, most: 3_600 }),
})

/** Reads and checks the environment once. @throws {InvalidConfig} */
export function readConfig(env: Readonly<Record<string, string | undefined>>): RotateKeysConfig {
  const own = Object.entries(env).filter(([name, value]) => name.startsWith('ROLECAST_') && value !== undefined)
  const read = v.safeParse(settings, Object.fromEntries(own))
  if (!read.success) {
    const issues = read.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'}: ${reasonOf(issue)}`)
    throw new InvalidConfig(`the rotation of keys cannot start. ${issues.join('; ')}`)
  }
  const { output } = read
  return {
    table: output.ROLECAST_TABLE,
    stage: output.ROLECAST_STAGE,
    kmsKeyId: output.ROLECAST_KMS_KEY_ID,
    signingAlgorithm: output.ROLECAST_SIGNING_ALGORITHM,
    rotateAfterSeconds: output.ROLECAST_ROTATE_AFTER_SECONDS,
    publishBeforeSeconds: output.ROLECAST_PUBLISH_BEFORE_SECONDS,
    tokenSeconds: output.ROLECAST_TOKEN_SECONDS,
  }
}

function whole({
  otherwise,
  least,
  most,
}: {
  readonly otherwise: number
  readonly least: number
  readonly most: number
}) {
  const reason = `must be a whole number from ${least} to ${most}`
  return v.pipe(
    v.optional(v.string(), String(otherwise)),
    v.regex(/^(?:0|[1-9]\d{0,7})$/, reason),
    v.transform(Number),
    v.minValue(least, reason),
    v.maxValue(most, reason),
  )
}

/** valibot's own messages repeat what they received; these do not. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'validation' || issue.type === 'picklist') return issue.message
  return issue.type === 'strict_object' && issue.expected === 'never'
    ? 'is not a setting of the rotation'
    : 'is missing'
}

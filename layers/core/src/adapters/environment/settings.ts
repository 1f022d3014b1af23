import * as v from 'valibot'

/** Thrown at start. The message names every setting that is missing, unknown or malformed, and never a value. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig'
}

export const text = v.pipe(v.string(), v.nonEmpty('must not be empty'))

/** A whole number, as a setting spells it. */
export function whole(range: { readonly otherwise: number; readonly least: number; readonly most: number }) {
  const { otherwise, least, most } = range
  const reason = `must be a whole number from ${least} to ${most}`
  return v.pipe(
    v.optional(v.string(), String(otherwise)),
    v.regex(/^(?:0|[1-9]\d{0,7})$/, reason),
    v.transform(Number),
    v.minValue(least, reason),
    v.maxValue(most, reason),
  )
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings of `program` (for messages: "the token function"), the variables that begin with `ROLECAST_`. The
 * schema is a strict object, so that a misspelt name is found at start.
 * @throws {InvalidConfig}
 */
export function readSettings<Schema extends v.GenericSchema>(
  program: string,
  schema: Schema,
  env: Environment,
): v.InferOutput<Schema> {
  const own = Object.entries(env).filter(([name, value]) => name.startsWith('ROLECAST_') && value !== undefined)
  const read = v.safeParse(schema, Object.fromEntries(own))
  if (read.success) return read.output
  const issues = read.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'}: ${reasonOf(issue, program)}`)
  throw new InvalidConfig(`${program} cannot start. ${[...new Set(issues)].join('; ')}`)
}

/** valibot's own messages repeat what they received; these do not. */
function reasonOf(issue: v.BaseIssue<unknown>, program: string): string {
  if (issue.kind !== 'schema') return issue.message
  if (issue.type === 'strict_object' && issue.expected === 'never') return `is not a setting of ${program}`
  if (issue.received === 'undefined') return 'is missing'
  return `must be ${issue.expected?.replaceAll(/["()]/g, '').replaceAll(' | ', ' or ') ?? 'of another kind'}`
}

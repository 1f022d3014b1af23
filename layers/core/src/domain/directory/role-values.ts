import type { RoleAssignment } from '../assignment/statement.ts'

const assignment = /^([a-z][a-z0-9-]{0,63})\/((?:custom:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/
const application = /^[a-z][a-z0-9-]{0,63}$/
const role = /^(?:custom:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** The assignment that `<application>/<role>` stands for; `undefined` for every other text. */
export function readAssignment(text: string): RoleAssignment | undefined {
  const [, app, name] = assignment.exec(text) ?? []
  return app === undefined || name === undefined ? undefined : { application: app, role: name }
}

export function writeAssignment({ application: app, role: name }: RoleAssignment): string {
  return `${app}/${name}`
}

/**
 * The assignment that an entry of `roles` or `entitlements` stands for: its `value` is `<application>/<role>`, or the role alone
 * beside the application as `type`. `undefined` where it stands for none.
 */
export function readRoleEntry(entry: unknown): RoleAssignment | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const { value, type } = entry as { value?: unknown; type?: unknown }
  if (typeof value !== 'string') return undefined
  const whole = readAssignment(value)
  if (whole !== undefined) return whole
  return typeof type === 'string' && application.test(type) && role.test(value)
    ? { application: type, role: value }
    : undefined
}

import type { RoleAssignment } from './statement.ts'

const customPrefix = 'custom:'

/** The id of a custom role as assignments name it (`custom:<id>`); `undefined` for a predefined role. */
export function customRoleId(role: string): string | undefined {
  return role.startsWith(customPrefix) ? role.slice(customPrefix.length) : undefined
}

/** How assignments name the custom role with this id. */
export function customRoleName(id: string): string {
  return customPrefix + id
}

/** The roles held in one application, ascending by code unit, each once. */
export function rolesIn(application: string, assignments: readonly RoleAssignment[]): readonly string[] {
  const roles = new Set<string>()
  for (const assignment of assignments) if (assignment.application === application) roles.add(assignment.role)
  return [...roles].sort()
}

/** Assignments ascending by application and role, each once: two lists that say the same become equal. */
export function canonicalAssignments(assignments: readonly RoleAssignment[]): readonly RoleAssignment[] {
  const applications = [...new Set(assignments.map(({ application }) => application))].sort()
  return applications.flatMap((application) => rolesIn(application, assignments).map((role) => ({ application, role })))
}

import { addNumber, emptySet, type PermissionSet } from '@rolecast/core/domain/grant/permission-set'

/** The model every contender decides on: sections of 25 permissions, three roles a section, an account with five roles. */
export interface Model {
  readonly permissions: readonly string[]
  /** Role names and what each grants. */
  readonly roles: ReadonlyMap<string, readonly string[]>
  /** Roles of the account: whole sections, so that a quarter of all permissions is held, clustered by section. */
  readonly held: readonly string[]
  /** What the account holds. */
  readonly granted: readonly string[]
  readonly numbers: PermissionSet
  /** The permission that the measured request needs: held, somewhere in the middle of a list. */
  readonly wanted: string
  /** One that is not held. */
  readonly missing: string
}

const perSection = 25

export function makeModel(permissionCount: number): Model {
  const sections = Math.ceil(permissionCount / perSection)
  const permissions = Array.from({ length: permissionCount }, (_, number) => nameOf(number))
  const roles = new Map<string, readonly string[]>()
  for (let section = 0; section < Math.max(sections, 20); section++) {
    const own = permissions.filter((_, number) => Math.floor(number / perSection) === section % sections)
    roles.set(
      `section-${section}-viewer`,
      own.filter((_, index) => index % 3 === 0),
    )
    roles.set(
      `section-${section}-editor`,
      own.filter((_, index) => index % 3 !== 2),
    )
    roles.set(`section-${section}-admin`, own)
  }
  const wholeSections = Math.max(1, Math.round(sections / 4))
  const held = Array.from({ length: wholeSections }, (_, index) => `section-${(index * 4) % sections}-admin`)
  const granted = [...new Set(held.flatMap((role) => roles.get(role) ?? []))]
  const numbers = emptySet(permissionCount)
  permissions.forEach((permission, number) => {
    if (granted.includes(permission)) addNumber(numbers, number)
  })
  const wanted = granted[granted.length >> 1]
  const missing = permissions.find((permission) => !granted.includes(permission))
  if (wanted === undefined || missing === undefined) throw new Error('the model is too small')
  return { permissions, roles, held, granted, numbers, wanted, missing }
}

function nameOf(number: number): string {
  const actions = ['view', 'create', 'edit', 'delete', 'publish']
  const inSection = number % perSection
  return `section${Math.floor(number / perSection)}.resource${Math.floor(inSection / 5)}.${actions[inSection % 5]}`
}

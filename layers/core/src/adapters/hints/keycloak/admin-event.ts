import { type Finding, ignored, unreadable } from '../finding.ts'
import { decodeSegment, member, textAt } from '../foreign.ts'

export interface KeycloakScope {
  /** Name or id of the realm; events of others are ignored. */
  readonly realm: string
  /** Id of the organization in the realm, where the realm serves several. */
  readonly sourceOrganization?: string
}

/** Kinds of resource that give roles to many: their definition, their composites, groups, clients, the realm. */
const aboutMany = new Set(['REALM_ROLE', 'CLIENT_ROLE', 'GROUP', 'CLIENT', 'REALM', 'ORGANIZATION', 'CLIENT_SCOPE'])
const aboutUsers = new Set([
  'USER',
  'REALM_ROLE_MAPPING',
  'CLIENT_ROLE_MAPPING',
  'GROUP_MEMBERSHIP',
  'ORGANIZATION_MEMBERSHIP',
])

/**
 * One admin event of Keycloak, or a user event (which matters only where users delete themselves). Whom it concerns stands
 * in `resourcePath`; `representation` is JSON in a string, may be empty or left out by a setting, and is not needed.
 */
export function readKeycloakEvent(event: unknown, scope: KeycloakScope): Finding {
  const resource = textAt(event, 'resourceType') ?? textAt(event, 'resourceTypeAsString')
  const type = textAt(event, 'type')
  if (resource === undefined && type === undefined) return unreadable('neither resourceType nor type')
  if (!isOf(event, scope.realm)) return ignored
  if (textAt(event, 'error') !== undefined) return ignored
  const about = { kind: 'change', id: member(event, 'id'), at: member(event, 'time') } as const
  if (resource === undefined) {
    if (type !== 'DELETE_ACCOUNT') return ignored
    return { ...about, reason: type, accounts: [member(event, 'userId')] }
  }
  const operation = textAt(event, 'operationType') ?? 'UNKNOWN'
  const reason = `${resource}:${operation}`
  if (aboutMany.has(resource)) return operation === 'CREATE' ? ignored : { ...about, reason, accounts: [] }
  if (!aboutUsers.has(resource)) return ignored
  const path = (textAt(event, 'resourcePath') ?? '').split('/').map(decodeSegment)
  if (path[0] === 'organizations' && scope.sourceOrganization !== undefined && path[1] !== scope.sourceOrganization) {
    return ignored
  }
  return { ...about, reason, accounts: [userIn(path)] }
}

/** An event that does not say its realm is taken to be of the one that is connected. */
function isOf(event: unknown, realm: string): boolean {
  const named = [textAt(event, 'realmId'), textAt(event, 'realmName')].filter((each) => each !== undefined)
  return named.length === 0 || named.includes(realm)
}

/** `users/{id}/...` and `organizations/{id}/members/{id}`; a role mapping of a group concerns all who are in it. */
function userIn(path: readonly string[]): string | undefined {
  if (path[0] === 'users') return path[1]
  return path[0] === 'organizations' && path[2] === 'members' ? path[3] : undefined
}

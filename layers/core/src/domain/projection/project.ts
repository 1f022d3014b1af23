import type { RoleAssignment } from '../assignment/statement.ts'
import { type AuditEntry, auditEntryOf } from './audit-entry.ts'
import { kindOf, memberships, without } from './content.ts'
import { type ItemChange, isLater, type Position, type StreamChange } from './item-change.ts'
import { type OutboundEvent, outboundEventOf } from './outbound-event.ts'

/**
 * How far the views have followed one item. `roles`: those whose member lists name the account; always empty for items that are
 * no accounts. Only what is in here is ever taken out of a list or a count again.
 */
export interface Projected {
  readonly position: Position
  readonly roles: readonly RoleAssignment[]
}

/** What is written at once: all of it or nothing, and only if `projected` is still what the step was made from. */
export interface Step {
  readonly projected: Projected
  readonly joined: readonly RoleAssignment[]
  readonly left: readonly RoleAssignment[]
  readonly audit?: AuditEntry
  readonly outbound?: OutboundEvent
}

/** Each role costs two writes of a transaction's hundred. */
export const rolesPerStep = 40

/** Whether a change is any to the views. Most are none: a confirmation without news. */
export function concernsViews(change: ItemChange): boolean {
  return kindOf(change) !== 'unchanged'
}

/**
 * The steps that bring the views from where they are to a change; none for a change they have followed already, so a record that
 * comes again changes nothing. What is left of a change with more roles than one step takes goes on from wherever it was interrupted:
 * the last step alone moves the position, and carries what is told of the change.
 *
 *     position p, roles R ──step──> p, R' ──step──> p, R'' ──last step──> position of the change, its roles
 */
export function projectChange(streamed: StreamChange, projected: Projected | undefined): readonly Step[] {
  const { change, position } = streamed
  if (!concernsViews(change)) return []
  if (projected !== undefined && !isLater(position, projected.position)) return []
  const audit = auditEntryOf(streamed)
  const outbound = outboundEventOf(streamed)
  const told = { ...(audit !== undefined && { audit }), ...(outbound !== undefined && { outbound }) }
  return stepsTo(change.kind === 'account' ? memberships(change.after) : [], position, projected).map(
    (step, index, all) => (index === all.length - 1 ? { ...step, ...told } : step),
  )
}

/**
 * The steps for an item as it is stored now, for views that were lost or never made: nothing is told of it. An item that the
 * stream has told of already stays as it is.
 */
export function projectStored(roles: readonly RoleAssignment[], position: Position, projected: Projected | undefined) {
  return projected === undefined || isLater(position, projected.position) ? stepsTo(roles, position, projected) : []
}

function stepsTo(
  goal: readonly RoleAssignment[],
  position: Position,
  projected: Projected | undefined,
): readonly Step[] {
  let roles = projected?.roles ?? []
  const moves = [
    ...without(roles, goal).map((role) => ({ role, joins: false })),
    ...without(goal, roles).map((role) => ({ role, joins: true })),
  ]
  const steps: Step[] = []
  let start = 0
  do {
    const now = moves.slice(start, start + rolesPerStep)
    start += rolesPerStep
    const joined = now.filter(({ joins }) => joins).map(({ role }) => role)
    const left = now.filter(({ joins }) => !joins).map(({ role }) => role)
    roles = [...without(roles, left), ...joined]
    const isLast = start >= moves.length
    const reached = isLast ? position : projected?.position
    steps.push({ projected: { position: reached ?? notYet, roles }, joined, left })
  } while (start < moves.length)
  return steps
}

/** Of an item whose first change is under way: earlier than any position there is. */
const notYet: Position = { stream: '', sequence: '-1' }

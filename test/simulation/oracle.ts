import type { Era } from './history.ts'
import type { AccountName, OrganizationName } from './plan.ts'
import { type AccountTruth, type DeskPermission, mayBy, type OrganizationTruth, strongPermission } from './product.ts'

/** A request and what became of it, with everything that was ever true of whom it is about. */
export interface Decision {
  readonly organization: OrganizationName
  readonly account: AccountName
  readonly permission: DeskPermission
  readonly startedAt: number
  readonly endedAt: number
  /** Absent: it was allowed. */
  readonly code?: string
  readonly accountEras: readonly Era<AccountTruth>[]
  readonly organizationEras: readonly Era<OrganizationTruth>[]
  /** When something that a decision may need did not work: the source, the authorizer's network, a machine. */
  readonly sourceTroubles: readonly Trouble[]
  readonly networkTroubles: readonly Trouble[]
  readonly otherTroubles: readonly Trouble[]
}

export interface Trouble {
  readonly since: number
  readonly until: number
}

/** The promise, in milliseconds (docs/freshness.md). */
export const promise = {
  /**
   * From the moment the table knows of a removal to the last request that is allowed because of what was before: 10 s, clocks that
   * differ by less than 5 s, and the 2 s that slow calls take here.
   */
  bound: 17_000,
  /** The same, where nothing ever told the table: a confirmation, a token's life, clocks, the time an exchange takes. */
  unheard: 30_000 + 300_000 + 12_000,
  /** What the life of older confirmations adds while the source cannot be reached. */
  staleIfError: 900_000,
  /** How long an authorizer that cannot read on may still allow. */
  hardAge: 300_000 + 12_000,
  /** A grant works at the next access once it has been true for so long: what an earlier refusal may hold back. */
  grantAfter: 14_000,
} as const

export interface Verdict {
  readonly wrong?: string
  /** How long after its end was known something was still allowed although the feed could be read, milliseconds. */
  readonly stalenessMs: number
}

/**
 * Judges a decision by what was true and when. Knows nothing of tokens, tables or logs: only the two histories, the rules of the
 * application and the promise.
 */
export function judge(decision: Decision): Verdict {
  return decision.code === undefined ? judgeAllow(decision) : judgeDeny(decision, decision.code)
}

function judgeAllow(decision: Decision): Verdict {
  const { accountEras, organizationEras, permission, startedAt } = decision
  let best = Number.POSITIVE_INFINITY
  for (const account of accountEras) {
    if (!mayJustify(decision, account)) continue
    for (const settings of organizationEras) {
      if (!mayJustify(decision, settings)) continue
      // Settings and the custom role are two reads of one resolution.
      for (const role of organizationEras) {
        if (!mayJustify(decision, role)) continue
        const { night, ...rest } = { ...settings.value, night: role.value.night }
        const organization = night === undefined ? rest : { ...rest, night }
        if (!mayBy(account.value, organization, permission)) continue
        const late = [account, settings, role].filter((era) => !wasUnread(decision, era))
        best = Math.min(best, Math.max(0, ...late.map((era) => startedAt - era.endKnownAt)))
      }
    }
  }
  return best === Number.POSITIVE_INFINITY
    ? { wrong: 'allowed what nothing still in force grants', stalenessMs: 0 }
    : { stalenessMs: best }
}

/** Whether a decision may still, or already, rest on what was true in this era. */
function mayJustify(decision: Decision, era: Era<unknown>): boolean {
  const { startedAt, endedAt, permission, sourceTroubles } = decision
  if (era.since > endedAt) return false
  if (era.until >= startedAt) return true
  if (permission === strongPermission) return false
  const unasked = sourceTroubles.some((trouble) => overlaps(trouble, era.until - promise.unheard, startedAt))
  return (
    startedAt <= era.endKnownAt + (wasUnread(decision, era) ? promise.hardAge : promise.bound) &&
    startedAt <= era.until + promise.unheard + (unasked ? promise.staleIfError : 0)
  )
}

/** Whether the authorizer could not read on for a while after the end of the era was known. */
function wasUnread({ networkTroubles, endedAt }: Decision, { endKnownAt }: Era<unknown>): boolean {
  return networkTroubles.some((trouble) => overlaps(trouble, endKnownAt, endedAt))
}

function judgeDeny(decision: Decision, code: string): Verdict {
  const { accountEras, organizationEras, permission, startedAt, endedAt } = decision
  const since = startedAt - promise.grantAfter
  const troubles = [...decision.sourceTroubles, ...decision.networkTroubles, ...decision.otherTroubles]
  if (troubles.some((trouble) => overlaps(trouble, since, endedAt))) return { stalenessMs: 0 }
  const recent = <T>(eras: readonly Era<T>[]) => eras.filter((era) => era.since <= endedAt && era.until >= since)
  const always = recent(accountEras).every((account) =>
    recent(organizationEras).every((organization) => mayBy(account.value, organization.value, permission)),
  )
  return always ? { wrong: `refused what has been granted for a while (${code})`, stalenessMs: 0 } : { stalenessMs: 0 }
}

function overlaps({ since, until }: Trouble, from: number, to: number): boolean {
  return since <= to && until >= from
}

import { handleLength } from './change-handle.ts'

/** What a cutoff is compared with: of a token that is otherwise verified. Times are epoch seconds. */
export interface CutoffSubject {
  /** `chg` of the token: 16 characters, the first 8 of which name the organization. */
  readonly changeHandle: string
  /** The account's version, the organization's revision (`rev`). */
  readonly revision: readonly [account: number, organization: number]
  readonly confirmedAt: number
  readonly issuedAt: number
}

/**
 * The least that counts, by whom it is about; a token below any minimum that applies to it is stale. `versions` and
 * `confirmed` are by account handle, `revisions` and `issued` by organization handle, and `issued` of `everyone` is for every
 * token of the application.
 */
export interface Cutoffs {
  /** The account's version. */
  readonly versions: Readonly<Record<string, number>>
  /** The organization's revision. */
  readonly revisions: Readonly<Record<string, number>>
  /** When the assignment was confirmed, epoch seconds. */
  readonly confirmed: Readonly<Record<string, number>>
  /** When the token was issued, epoch seconds. */
  readonly issued: Readonly<Record<string, number>>
}

export const everyone = '*'

/** Kinds of cutoffs, and how many characters the handles in each have. */
export const cutoffKinds = {
  versions: handleLength.account,
  revisions: handleLength.organization,
  confirmed: handleLength.account,
  issued: handleLength.organization,
} as const satisfies Record<keyof Cutoffs, number>

export type CutoffKind = keyof typeof cutoffKinds

/** The highest minimum of each subject. */
export type CutoffIndex = Readonly<Record<CutoffKind, Map<string, number>>>

export function emptyCutoffs(): CutoffIndex {
  return { versions: new Map(), revisions: new Map(), confirmed: new Map(), issued: new Map() }
}

/** Raises minimums, never lowers one: neither order nor repetition makes a difference. True when any rose. */
export function raiseCutoffs(index: CutoffIndex, cutoffs: Cutoffs): boolean {
  let rose = false
  for (const kind of Object.keys(cutoffKinds) as CutoffKind[]) {
    for (const [handle, minimum] of Object.entries(cutoffs[kind])) {
      rose = raiseCutoff(index[kind], handle, minimum) || rose
    }
  }
  return rose
}

export function raiseCutoff(minimums: Map<string, number>, handle: string, minimum: number): boolean {
  const before = minimums.get(handle)
  if (before !== undefined && minimum <= before) return false
  minimums.set(handle, minimum)
  return true
}

/** True only when the token is at or above EVERY cutoff that applies to it: none masks another. */
export function isAboveCutoffs(index: CutoffIndex, { changeHandle, revision, ...times }: CutoffSubject): boolean {
  const organization = changeHandle.slice(0, handleLength.organization)
  return (
    reaches(revision[0], index.versions.get(changeHandle)) &&
    reaches(revision[1], index.revisions.get(organization)) &&
    reaches(times.confirmedAt, index.confirmed.get(changeHandle)) &&
    reaches(times.issuedAt, index.issued.get(organization)) &&
    reaches(times.issuedAt, index.issued.get(everyone))
  )
}

/** Not `value < minimum`: what is not a number reaches nothing. */
function reaches(value: number, minimum: number | undefined): boolean {
  return minimum === undefined || value >= minimum
}

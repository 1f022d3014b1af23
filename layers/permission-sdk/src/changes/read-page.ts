import { type CutoffKind, type Cutoffs, cutoffKinds, everyone } from '@rolecast/core/domain/freshness/cutoffs'

/** One answer of `GET /changes`, as far as readers need it. */
export interface ChangesPage {
  /** Milliseconds. */
  readonly ageMs: number
  readonly cursor: string
  readonly more: boolean
  readonly cutoffs: Cutoffs
  readonly keys: readonly string[]
}

/** A kind of cutoff whose name is not known yet could be the one that matters, so nothing may be skipped within the known ones. */
const handle = /^[\w-]+$/

/** Reads an answer that was parsed from JSON; new members are ignored. @throws {TypeError} naming what is not as specified. */
export function readPage(answer: unknown): ChangesPage {
  const members = (typeof answer === 'object' ? answer : undefined) ?? {}
  const { ageMs, cursor, more, keys } = members as Readonly<Record<string, unknown>>
  if (!isWhole(ageMs)) throw unreadable('ageMs')
  if (typeof cursor !== 'string' || cursor === '' || cursor.length > 256) throw unreadable('cursor')
  if (typeof more !== 'boolean') throw unreadable('more')
  if (!Array.isArray(keys) || !keys.every((kid) => typeof kid === 'string')) throw unreadable('keys')
  const minimumsOf = (kind: CutoffKind) => readMinimums((members as Readonly<Record<string, unknown>>)[kind], kind)
  const cutoffs = {
    versions: minimumsOf('versions'),
    revisions: minimumsOf('revisions'),
    confirmed: minimumsOf('confirmed'),
    issued: minimumsOf('issued'),
  }
  return { ageMs, cursor, more, cutoffs, keys }
}

function readMinimums(value: unknown, kind: CutoffKind): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(kind)
  for (const [name, minimum] of Object.entries(value)) {
    const named = kind === 'issued' && name === everyone
    if (!named && !(name.length === cutoffKinds[kind] && handle.test(name))) throw unreadable(kind)
    if (!isWhole(minimum)) throw unreadable(kind)
  }
  return value as Readonly<Record<string, number>>
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function unreadable(member: string): TypeError {
  return new TypeError(`the change feed cannot be read: ${member}`)
}

import type { Catalog, CatalogLock, GrantKey } from './catalog.ts'
import { grantKeysOf } from './grant-key.ts'

/** What appending to a lock file did. `lock` is the one that was passed in where nothing changed. */
export interface LockChange {
  readonly lock: CatalogLock
  readonly added: readonly GrantKey[]
  readonly retired: readonly GrantKey[]
}

/**
 * Brings a lock file up to its catalog, and opens a new epoch when anything changed. Numbers that exist never move: new
 * grant keys are appended section by section, and what left the catalog is retired in place. A key that comes back after
 * it was retired gets a new number, because tokens of the time between must not mean it.
 */
export function appendToLock(catalog: Catalog, lock?: CatalogLock): LockChange {
  const { epochs, numbers } = lock ?? { epochs: [], numbers: [] }
  const epoch = epochs.length + 1
  const defined = grantKeysOf(catalog)
  const wanted = new Set(defined)
  const active = new Set(numbers.filter((entry) => entry.retired === undefined).map((entry) => entry.key))
  const added = defined.filter((key) => !active.has(key))
  const retired = [...active].filter((key) => !wanted.has(key))
  if (lock !== undefined && added.length === 0 && retired.length === 0) return { lock, added, retired }
  const kept = numbers.map((entry) =>
    entry.retired === undefined && !wanted.has(entry.key) ? { key: entry.key, retired: epoch } : entry,
  )
  const next = [...kept, ...added.map((key) => ({ key }))]
  return {
    lock: { application: catalog.application, epochs: [...epochs, next.length], numbers: next },
    added,
    retired,
  }
}

/** A lock file could be read, or why not. */
export type LockReading =
  | { readonly ok: true; readonly lock: CatalogLock }
  | { readonly ok: false; readonly detail: string }

/** Reads the JSON value of a lock file. Anything that is not exactly a lock file is refused with its place. */
export function parseLock(value: unknown): LockReading {
  if (!isRecord(value)) return broken('it is not an object')
  const { application, epochs, numbers, ...rest } = value
  const unknown = Object.keys(rest)
  if (unknown.length > 0) return broken(`unknown member ${unknown.join(', ')}`)
  if (typeof application !== 'string') return broken('application is not a string')
  if (!Array.isArray(epochs) || !epochs.every(isCount)) return broken('epochs is not a list of counts')
  if (!Array.isArray(numbers)) return broken('numbers is not a list')
  const entries: CatalogLock['numbers'][number][] = []
  for (const [number, entry] of numbers.entries()) {
    if (!isRecord(entry) || typeof entry['key'] !== 'string') return broken(`number ${number} has no key`)
    const { key, retired, ...others } = entry
    if (Object.keys(others).length > 0) return broken(`number ${number} has an unknown member`)
    if (retired !== undefined && !isCount(retired)) return broken(`number ${number}: retired is not an epoch`)
    entries.push(retired === undefined ? { key: entry['key'] } : { key: entry['key'], retired })
  }
  return { ok: true, lock: { application, epochs, numbers: entries } }
}

/**
 * Reads a lock file that ships with the code.
 * @throws {TypeError} when it is not one: a broken build.
 */
export function readLock(value: unknown): CatalogLock {
  const reading = parseLock(value)
  if (!reading.ok) throw new TypeError(`lock file: ${reading.detail}`)
  return reading.lock
}

/** The text of a lock file: one number a line, so that a review shows what was appended. */
export function writeLock(lock: CatalogLock): string {
  const numbers = lock.numbers.map(writeEntry).join(',\n')
  const list = numbers === '' ? '[]' : `[\n${numbers}\n  ]`
  return `{\n  "application": ${JSON.stringify(lock.application)},\n  "epochs": [${lock.epochs.join(', ')}],\n  "numbers": ${list}\n}\n`
}

function writeEntry({ key, retired }: CatalogLock['numbers'][number]): string {
  const tail = retired === undefined ? '' : `, "retired": ${retired}`
  return `    { "key": ${JSON.stringify(key)}${tail} }`
}

function broken(detail: string): LockReading {
  return { ok: false, detail }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

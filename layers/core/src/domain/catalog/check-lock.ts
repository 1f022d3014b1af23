import type { Catalog, CatalogLock } from './catalog.ts'
import { grantKeysOf } from './grant-key.ts'
import { type CatalogProblem, problem } from './problem.ts'

/** A lock file by itself, and against the catalog it numbers. */
export function checkLock(catalog: Catalog, lock: CatalogLock): readonly CatalogProblem[] {
  const { application } = catalog
  if (lock.application !== application) {
    const evidence = { application, found: lock.application }
    return [problem('lock_of_another_application', `the lock file is of ${lock.application}`, evidence)]
  }
  return [...checkConsistency(lock), ...checkDrift(catalog, lock)]
}

function* checkConsistency({ epochs, numbers }: CatalogLock): Iterable<CatalogProblem> {
  const inconsistent = (detail: string): CatalogProblem => problem('lock_inconsistent', detail, { detail })
  if (epochs.some((size, index) => size < (epochs[index - 1] ?? 0)))
    yield inconsistent('an epoch is smaller than the one before')
  if (epochs.at(-1) !== numbers.length) yield inconsistent('the last epoch does not end at the last number')
  const active = new Map<string, number>()
  for (const [number, { key, retired }] of numbers.entries()) {
    if (retired === undefined) {
      const twin = active.get(key)
      if (twin !== undefined) yield inconsistent(`${key} has two numbers, ${twin} and ${number}`)
      active.set(key, number)
      continue
    }
    if (retired > epochs.length)
      yield inconsistent(`${key} (${number}) is retired in epoch ${retired}, which is not yet`)
    else if (number >= (epochs[retired - 2] ?? 0)) {
      yield inconsistent(`${key} (${number}) is retired in epoch ${retired}, before it existed`)
    }
  }
}

function* checkDrift(catalog: Catalog, lock: CatalogLock): Iterable<CatalogProblem> {
  const defined = new Set(grantKeysOf(catalog))
  const numbered = new Set<string>()
  for (const [number, { key, retired }] of lock.numbers.entries()) {
    if (retired !== undefined) continue
    numbered.add(key)
    if (!defined.has(key)) yield problem('vanished', `${key} (${number}) left the catalog`, { key, number })
  }
  for (const key of defined) {
    if (!numbered.has(key)) yield problem('not_numbered', `${key} has no number yet`, { key })
  }
}

/** A lock file against an earlier one, which tokens that are still alive may use: nothing that existed may have moved. */
export function checkSuccession(base: CatalogLock, lock: CatalogLock): readonly CatalogProblem[] {
  const found: CatalogProblem[] = []
  for (const [number, before] of base.numbers.entries()) {
    const after = lock.numbers[number]
    if (after === undefined || after.key !== before.key) {
      found.push(displaced(before.key, number, base, lock))
    } else if (before.retired !== undefined && after.retired === undefined) {
      const evidence = { number, was: 'retired', now: after.key }
      found.push(problem('reused', `number ${number}, retired as ${before.key}, is in use again`, evidence))
    } else if (after.retired !== before.retired && (before.retired ?? after.retired ?? 0) <= base.epochs.length) {
      const message = `${before.key} (${number}) is retired in another epoch than before, or in one that was closed`
      found.push(problem('epoch_rewritten', message, { key: before.key, number }))
    }
  }
  for (const [index, size] of base.epochs.entries()) {
    const now = lock.epochs[index]
    if (now !== size) {
      const evidence = { epoch: index + 1, was: size, now: now ?? 'nothing' }
      found.push(problem('epoch_rewritten', `epoch ${index + 1} had ${size} numbers, now ${now ?? 'none'}`, evidence))
    }
  }
  return found
}

/** A key that is no longer at its number: moved, overwritten by another one, or cut off. */
function displaced(key: string, number: number, base: CatalogLock, lock: CatalogLock): CatalogProblem {
  const to = lock.numbers.findIndex((entry, at) => entry.key === key && base.numbers[at]?.key !== key)
  if (to >= 0) return problem('renumbered', `${key} had number ${number}, now ${to}`, { key, from: number, to })
  const now = lock.numbers[number]?.key
  if (now === undefined) return problem('vanished', `${key} (${number}) left the lock file`, { key, number })
  return problem('reused', `number ${number} was ${key}, now ${now}`, { number, was: key, now })
}

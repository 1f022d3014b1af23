import { neverConfirmed } from '../../domain/assignment/marks.ts'
import type { AccountRecord, AccountStatement, SourceStatement } from '../../domain/assignment/statement.ts'
import { clockToleranceMs } from '../../domain/freshness/policy.ts'
import { added, nothing, type Tally } from '../../domain/reconcile/brake.ts'
import { compareStatement } from '../../domain/reconcile/compare.ts'
import type { Suspect } from '../../domain/reconcile/run.ts'
import type { ReconcileDependencies } from './step.ts'

/** Records written at the same time. */
const abreast = 16
const mostExamples = 10

/** What of a page was not as stored, and what became of it. */
export interface Repaired {
  same: number
  created: number
  widened: number
  losing: Tally
  readonly examples: string[]
  readonly suspects: Suspect[]
}

/**
 * Stores from a page what is new (`unknown`), and of what was known otherwise (`different`) what a newer version adds. The
 * rest become suspects.
 */
export async function repairFromPage(
  dependencies: ReconcileDependencies,
  {
    unknown,
    different,
  }: { readonly unknown: readonly SourceStatement[]; readonly different: readonly SourceStatement[] },
  pageStartedAt: number,
): Promise<Repaired> {
  const { accounts, newAccounts, mayNarrow } = dependencies
  const repaired: Repaired = {
    same: 0,
    created: 0,
    widened: 0,
    losing: nothing,
    examples: [],
    suspects: [],
  }
  const there =
    unknown.length === 0 ? [] : await newAccounts.createAccounts(unknown, confirmedAt(unknown, pageStartedAt))
  repaired.created = unknown.length - there.length
  const thereToo = new Set(there.map(({ account }) => account))
  const compared = [...different, ...unknown.filter(({ account }) => thereToo.has(account))]
  if (compared.length === 0) return repaired
  const records = new Map((await accounts.readAccounts(compared)).map((record) => [record.account, record]))
  const wider: (() => Promise<void>)[] = []
  for (const statement of compared) {
    const { account } = statement
    const stored = records.get(account)
    const { comparison, loses } = compareStatement(statement, stored, mayNarrow)
    if (loses !== undefined) {
      repaired.losing = added(repaired.losing, { accounts: 1, assignments: loses })
      if (repaired.examples.length < mostExamples) repaired.examples.push(account)
    }
    if (comparison === 'same') repaired.same += 1
    else if (comparison === 'wider' && stored !== undefined && statement.version !== undefined) {
      const newer = { ...statement, version: statement.version }
      wider.push(() => widen(dependencies, { newer, stored, pageStartedAt }, repaired))
    } else repaired.suspects.push({ account, why: comparison === 'narrower' ? comparison : 'doubtful' })
  }
  for (let start = 0; start < wider.length; start += abreast) {
    await Promise.all(wider.slice(start, start + abreast).map((write) => write()))
  }
  return repaired
}

/**
 * Of new accounts. Without versions only the time tells whether a pull that ran into the new record began after the page: on a slow
 * clock it may seem earlier than it was, so the page counts as older than it is.
 */
function confirmedAt([first]: readonly SourceStatement[], pageStartedAt: number): number {
  return first?.version === undefined ? pageStartedAt - clockToleranceMs : pageStartedAt
}

async function widen(
  { accounts }: ReconcileDependencies,
  {
    newer,
    stored,
    pageStartedAt,
  }: { readonly newer: AccountStatement; readonly stored: AccountRecord; readonly pageStartedAt: number },
  repaired: Repaired,
): Promise<void> {
  const applied = await accounts.applyStatement(newer, { confirmedAt: pageStartedAt, statedBy: 'page' }, stored)
  // A hint that came in meanwhile wants a read of its own.
  const counts = applied.outcome === 'applied' && applied.record.confirmedAt !== neverConfirmed
  if (counts) repaired.widened += 1
  else repaired.suspects.push({ account: newer.account, why: 'doubtful' })
}

import type { Organization } from '../../domain/assignment/organization.ts'
import type { SourceStatement } from '../../domain/assignment/statement.ts'
import { added } from '../../domain/reconcile/brake.ts'
import { BucketDigests } from '../../domain/reconcile/bucket-digests.ts'
import { contentDigest, leafOf } from '../../domain/reconcile/fingerprints.ts'
import { type Listed, packListed } from '../../domain/reconcile/listed-accounts.ts'
import type { Run } from '../../domain/reconcile/run.ts'
import { takePage } from '../../domain/reconcile/walk.ts'
import type { PageOutcome } from '../ports.ts'
import { codeOfFailure, waitForSource, walkAgain } from './end.ts'
import type { Known } from './known-accounts.ts'
import { inChunks, withSuspects } from './open.ts'
import { repairFromPage } from './repair.ts'
import type { ReconcileDependencies, Step } from './step.ts'

/** After so long a source that shows no account is asked again, and then believed to have ended. */
const emptyAgainMs = 60_000
const mostExamples = 10

/**
 * Takes one page. What it says is held against what is known to be stored; only where they differ is the record read. What is
 * new, or only adds, is stored from the page under the version guard. Whatever takes something away, and whatever a
 * page cannot prove, becomes a suspect: it is asked for on its own when the walk has ended and the brake has had its say.
 */
export async function walkPage(dependencies: ReconcileDependencies, run: Run, settings: Organization): Promise<Step> {
  const { identityAdmin, clock, rules } = dependencies
  const pageStartedAt = clock()
  const { cursor, pages, source } = run.walk
  if (pages > 0 && source !== settings.identityAdmin) return walkAgain(dependencies, run, 'source_inconsistent')
  const answer = await identityAdmin.listAccounts(run.organization, {
    deadlineMs: rules.pageDeadlineMs,
    ...(settings.identityAdmin !== undefined && { source: settings.identityAdmin }),
    ...(cursor !== undefined && { cursor }),
  })
  if (answer.outcome !== 'page') return withoutPage(dependencies, run, answer)
  if (answer.statements.some(({ organization }) => organization !== run.organization)) {
    return waitForSource(dependencies, run, 'source_garbage')
  }
  const atFirst = run.walk.pages === 0
  const walk = atFirst ? { ...run.walk, startedAt: pageStartedAt, ...beginsUnder(settings) } : run.walk
  if (atFirst && answer.statements.length === 0 && answer.next === undefined && run.held.accounts > 0) {
    const { emptyAt } = run.walk
    if (emptyAt === undefined || pageStartedAt < emptyAt + emptyAgainMs) {
      const waiting = waitForSource(dependencies, run, 'source_empty', emptyAgainMs)
      return { ...waiting, run: { ...waiting.run, walk: { ...walk, emptyAt: emptyAt ?? pageStartedAt } } }
    }
  }
  const taken = takePage(walk, answer)
  if ('fault' in taken) return walkAgain(dependencies, run, taken.fault)

  const known = await dependencies.known.load(dependencies.listings, run)
  const page = readPage(dependencies, { statements: answer.statements, known, digests: run.walk.digests })
  const found = await repairFromPage(dependencies, page, pageStartedAt)
  const { code: _, ...going } = run
  const next: Run = {
    ...going,
    failures: 0,
    phase: taken.walk.ended ? 'match' : 'walk',
    walk: { ...taken.walk, digests: page.digests },
    counts: {
      ...run.counts,
      same: run.counts.same + page.same + found.same,
      created: run.counts.created + found.created,
      widened: run.counts.widened + found.widened,
    },
    losing: added(run.losing, found.losing),
    examples: [...run.examples, ...found.examples].slice(0, mostExamples),
  }
  const { attempt } = walk
  return {
    run: withSuspects(next, found.suspects.length),
    beside: {
      page: { attempt, page: taken.walk.pages, listed: packListed(page.listed) },
      ...(found.suspects.length > 0 && { suspects: inChunks(run, found.suspects) }),
    },
  }
}

function beginsUnder({ dirtySince, identityAdmin }: Organization): Pick<Run['walk'], 'hintsUntil' | 'source'> {
  return {
    ...(dirtySince !== undefined && { hintsUntil: dirtySince }),
    ...(identityAdmin !== undefined && { source: identityAdmin }),
  }
}

function withoutPage(
  dependencies: ReconcileDependencies,
  run: Run,
  answer: Exclude<PageOutcome, { outcome: 'page' }>,
): Step {
  const code = codeOfFailure(answer)
  // A cursor may have ended with the source's patience: only a walk from the beginning helps.
  const lostPlace = answer.outcome === 'refused' && run.walk.cursor !== undefined
  if (answer.outcome === 'inconsistent' || lostPlace) return walkAgain(dependencies, run, code)
  const retryAfterMs = answer.outcome === 'unavailable' ? answer.retryAfterMs : undefined
  return waitForSource(dependencies, run, code, retryAfterMs)
}

function readPage(
  { fingerprint }: ReconcileDependencies,
  page: { readonly statements: readonly SourceStatement[]; readonly known: Known; readonly digests: readonly string[] },
) {
  const digests = new BucketDigests(page.digests)
  const listed: Listed[] = []
  const different: SourceStatement[] = []
  const unknown: SourceStatement[] = []
  let same = 0
  for (const statement of page.statements) {
    const { account, version, status } = statement
    const digest = contentDigest(fingerprint, statement)
    const name = fingerprint(account)
    const leaf = leafOf(fingerprint, { account, digest, ...(version !== undefined && { version }) })
    if (status === 'active') digests.add(name, leaf)
    listed.push({ name, leaf })
    if (page.known.says(account, digest, version)) same += 1
    else (page.known.has(account) ? different : unknown).push(statement)
  }
  return { digests: digests.toStrings(), listed, different, unknown, same }
}

import { answerOf } from '../domain/decision/codes.ts'
import { accept, type Outcome, type Refusal, refuse } from '../domain/decision/refusal.ts'
import { type DecisionIndex, decide } from '../domain/grant/decide.ts'
import { type Explanation, explain } from '../domain/grant/explain.ts'
import { explainInWords } from '../domain/grant/explain-in-words.ts'
import type { Subject, SubjectTokenVerifier } from './ports.ts'
import { type PresentedToken, readPresentedToken } from './read-presented-token.ts'
import { type GrantDependencies, type Holding, resolveHolding, translateHolding } from './resolve-grant.ts'

export interface ExplainDependencies extends GrantDependencies {
  readonly subjectTokens: SubjectTokenVerifier
  /** By application. */
  readonly indexes: ReadonlyMap<string, DecisionIndex>
}

export interface ExplainedPermission {
  readonly application: string
  readonly organization: string
  readonly account: string
  readonly explanation: Explanation
  /** The explanation in one or two English sentences. */
  readonly sentence: string
}

/**
 * Why the presented token's account may or may not do something, without a resource at hand, from the same resolution as
 * an exchange. What denies the account as a whole (inactive, unknown assignment, ...) is an explanation too; refused is only
 * what makes the question itself unanswerable.
 */
export async function explainPermission(
  dependencies: ExplainDependencies,
  { permission, ...presented }: PresentedToken & { readonly permission: string },
): Promise<Outcome<ExplainedPermission>> {
  const asked = await readPresentedToken(dependencies, presented)
  if (!asked.ok) return asked
  const { subject, application } = asked.value
  const compiled = dependencies.catalogs.get(application)
  const index = dependencies.indexes.get(application)
  if (compiled === undefined || index === undefined) return refuse('unknown_application')
  const resolved = await resolveHolding(dependencies, { subject, application })
  if (!resolved.ok && answerOf(resolved.refusal.code).status !== 403) return resolved
  const explanation = resolved.ok
    ? explainHolding(resolved.value, index, { permission, subject })
    : denied(permission, resolved.refusal)
  const sentence = explainInWords(explanation, compiled.catalog)
  return accept({ application, organization: subject.organization, account: subject.subject, explanation, sentence })
}

function explainHolding(
  holding: Holding,
  index: DecisionIndex,
  { permission, subject }: { readonly permission: string; readonly subject: Subject },
): Explanation {
  const facts = { account: subject.subject }
  const explanation = explain({ compiled: holding.catalog, index, ...holding }, permission, facts)
  const scope = subject.ownToken?.scope
  if (!explanation.allowed || scope === undefined) return explanation
  const translated = translateHolding(holding, subject)
  if (!translated.ok) return denied(permission, translated.refusal)
  const decision = decide(index, translated.value.grant, permission, facts)
  return decision.allowed ? explanation : denied(permission, refuse(decision.refusal.code, { scope }).refusal)
}

function denied(permission: string, refusal: Refusal): Explanation {
  return { allowed: false, permission, refusal, held: [], ceilings: [], wouldGrant: [] }
}

import { splitGrantKey } from '../domain/catalog/grant-key.ts'
import { accept, type Outcome } from '../domain/decision/refusal.ts'
import { numbersIn } from '../domain/grant/permission-set.ts'
import type { Session } from '../domain/grant/session.ts'
import type { SubjectTokenVerifier } from './ports.ts'
import { type PresentedToken, readPresentedToken } from './read-presented-token.ts'
import { type GrantDependencies, resolveGrant } from './resolve-grant.ts'

export interface SessionDependencies extends GrantDependencies {
  readonly subjectTokens: SubjectTokenVerifier
  readonly tokenSeconds: number
}

/** Answers from the same resolution as an exchange, so that controls and enforcement agree. Refuses like `resolveGrant`. */
export async function describeSession(
  dependencies: SessionDependencies,
  presented: PresentedToken,
): Promise<Outcome<Session>> {
  const asked = await readPresentedToken(dependencies, presented)
  if (!asked.ok) return asked
  const { subject, application } = asked.value
  const resolved = await resolveGrant(dependencies, { subject, application })
  if (!resolved.ok) return resolved
  const { grant, holding } = resolved.value
  const held = numbersIn(grant.permissions).flatMap((number) => holding.catalog.keys[number] ?? [])
  const isWhole = (key: string) => splitGrantKey(key).qualifier === undefined
  const now = Math.floor(dependencies.clock() / 1000)
  return accept({
    application,
    organization: subject.organization,
    account: subject.subject,
    permissions: held.filter(isWhole),
    qualified: held.filter((key) => !isWhole(key)),
    gates: grant.gates,
    features: holding.settings.features.filter((feature) => holding.catalog.features.has(feature)).toSorted(),
    defaultFull: grant.kind === 'full',
    expiresAt: Math.min(now + dependencies.tokenSeconds, subject.expiresAt),
    revision: [holding.record.version, holding.organization.revision],
  })
}

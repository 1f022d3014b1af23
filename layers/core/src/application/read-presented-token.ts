import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import type { Subject, SubjectTokenVerifier } from './ports.ts'

export interface PresentedToken {
  readonly token: string
  /** Needed with a provider's token, which is not for one application. */
  readonly application?: string
}

/**
 * Who asks, and about which application: a bearer token of ours names it, a provider's token needs it said.
 * Refuses like the verifiers, and with `invalid_request` when the application is missing.
 */
export async function readPresentedToken(
  { subjectTokens }: { readonly subjectTokens: SubjectTokenVerifier },
  presented: PresentedToken,
): Promise<Outcome<{ readonly subject: Subject; readonly application: string }>> {
  const verified = await subjectTokens.verifySubjectToken(presented.token, 'access_token')
  if (!verified.ok) return verified
  const application = presented.application ?? verified.value.ownToken?.application
  if (application === undefined) return refuse('invalid_request', { parameter: 'application', reason: 'missing' })
  return accept({ subject: verified.value, application })
}

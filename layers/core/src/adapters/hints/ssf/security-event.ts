import { type Outcome, refuse } from '../../../domain/decision/refusal.ts'
import { equalsInConstantTime } from '../connection-secret.ts'
import { type Finding, ignored, unreadable } from '../finding.ts'
import { asObject, member, textAt } from '../foreign.ts'
import { accountOf, type SubjectNames } from './subject.ts'

const caep = 'https://schemas.openid.net/secevent/caep/event-type/'
const risc = 'https://schemas.openid.net/secevent/risc/event-type/'
const ssf = 'https://schemas.openid.net/secevent/ssf/event-type/'

/** After these, roles or the account itself may be other than what is stored. */
const aboutAccounts = new Set([
  ...['session-revoked', 'token-claims-change', 'credential-change', 'assurance-level-change', 'risk-level-change'].map(
    (name) => caep + name,
  ),
  ...['account-disabled', 'account-enabled', 'account-purged', 'identifier-changed', 'identifier-recycled'].map(
    (name) => risc + name,
  ),
])

const verificationEvent = `${ssf}verification`
const streamUpdated = `${ssf}stream-updated`

/**
 * A security event token (RFC 8417) whose signature has been verified, as its claim set. Exactly one event is expected
 * (RFC 8417 section 2.2 asks transmitters for it); several are read as one change of whoever the subject is. A stream that
 * was paused or disabled may have left events out, so then it may be anybody.
 */
export function readSecurityEvent(claims: unknown, names: SubjectNames): Finding {
  const events = asObject(member(claims, 'events'))
  if (events === undefined || Object.keys(events).length === 0) return unreadable('no events')
  const types = Object.keys(events)
  const about = { kind: 'change', id: member(claims, 'jti') } as const
  if (types.includes(streamUpdated)) {
    const isOn = textAt(events[streamUpdated], 'status') === 'enabled'
    if (!isOn) return { ...about, at: secondsOf(member(claims, 'iat')), reason: 'stream-updated', accounts: [] }
  }
  const type = types.find((each) => aboutAccounts.has(each))
  if (type === undefined) return ignored
  const event = events[type]
  // Before SSF 1.0 the subject stood within the event.
  const subject = member(claims, 'sub_id') ?? member(event, 'subject')
  return {
    ...about,
    at: secondsOf(member(event, 'event_timestamp') ?? member(claims, 'toe') ?? member(claims, 'iat')),
    reason: type.slice(type.lastIndexOf('/') + 1),
    accounts: [accountOf(subject, names)],
  }
}

/** CAEP counts in seconds, as JWTs do. */
function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value * 1000 : undefined
}

/** How a connection names its subjects. */
export interface SubjectTerms {
  readonly issuer: string
  readonly subjectIssuer?: string | undefined
  readonly accounts: SubjectNames['accounts']
}

export function namesOf({ issuer, subjectIssuer, accounts }: SubjectTerms): SubjectNames {
  return { issuer: subjectIssuer ?? issuer, accounts }
}

/**
 * A verification (SSF 1.0 section 8.1.4) carries the state it was asked for with, or none where the transmitter sends it of
 * its own accord. Anything else is refused, so that whoever asked sees that something is wrong.
 */
export async function checkVerification(
  claims: unknown,
  readSecret: () => Promise<{ readonly state?: string | undefined }>,
): Promise<Extract<Outcome<never>, { readonly ok: false }> | undefined> {
  const state = textAt(claims, 'events', verificationEvent, 'state')
  if (state === undefined) return undefined
  const { state: expected } = await readSecret()
  return expected !== undefined && equalsInConstantTime(state, expected) ? undefined : refuse('wrong_stream_state')
}

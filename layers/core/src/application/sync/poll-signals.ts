import type { Hint } from '../../domain/assignment/hint.ts'
import { parkedId } from '../../domain/assignment/parked-id.ts'
import { type Answer, answerOf } from '../../domain/decision/codes.ts'
import { type Refusal, refuse } from '../../domain/decision/refusal.ts'
import type { Clock, Digest } from '../ports.ts'
import type {
  HintPublisher,
  ParkedEventStore,
  SignalAnswer,
  SignalPoll,
  SignalReader,
  SignalTransmitter,
} from './ports.ts'

export interface PollDependencies {
  readonly transmitter: SignalTransmitter
  readonly reader: SignalReader
  readonly hints: HintPublisher
  readonly parked: Pick<ParkedEventStore, 'park'>
  readonly digest: Digest
  readonly clock: Clock
  readonly limits: {
    /** Events of one poll. */
    readonly maxEvents: number
    /** Polls of one run; what is left then is for the next one. */
    readonly maxPolls: number
    /** No new poll begins later than this after the start, milliseconds. */
    readonly untilMs: number
  }
}

/** What one run did. `more`: the transmitter has more, or does not forget what it was told to. */
export interface PollReport {
  readonly taken: number
  readonly ignored: number
  readonly refused: number
  /** Events that stay with the transmitter, because the keys to verify them cannot be had now. */
  readonly left: number
  readonly more: boolean
  readonly failure?: Extract<SignalAnswer, { outcome: 'failed' }>['reason']
}

type Settled = { -readonly [Name in 'ack' | 'setErrs']: SignalPoll[Name] }

/**
 * Fetches the events a transmitter holds ready (RFC 8936). An event is acknowledged with the poll after the one that brought
 * it, once its hint is on the bus, so one that is lost on the way comes again. One that cannot be taken is parked and reported
 * to the transmitter, so that it holds up no other. @throws BusUnavailable, SecretUnavailable, StoreUnavailable: nothing is acknowledged
 */
export async function pollSignals(dependencies: PollDependencies): Promise<PollReport> {
  const { transmitter, clock, limits } = dependencies
  const report = { taken: 0, ignored: 0, refused: 0, left: 0, more: true }
  const endsAt = clock() + limits.untilMs
  let settled: Settled = { ack: [], setErrs: {} }
  for (let polls = 0; polls < limits.maxPolls && report.more && clock() < endsAt; polls++) {
    const answer = await transmitter.poll({ ...settled, maxEvents: limits.maxEvents })
    // What the failed poll was to acknowledge comes again, which does no harm.
    if (answer.outcome === 'failed') return { ...report, failure: answer.reason }
    settled = await take(dependencies, answer.sets, report)
    // Without anything settled the same events would only come again.
    const progress = settled.ack.length + Object.keys(settled.setErrs).length > 0
    report.more = answer.moreAvailable && progress
  }
  if (settled.ack.length + Object.keys(settled.setErrs).length > 0) {
    const answer = await transmitter.poll({ ...settled, maxEvents: 0 })
    if (answer.outcome === 'failed') return { ...report, failure: answer.reason }
  }
  return report
}

async function take(
  dependencies: PollDependencies,
  sets: ReadonlyMap<string, string>,
  report: { taken: number; ignored: number; refused: number; left: number },
): Promise<Settled> {
  const hints: Hint[] = []
  const ack: string[] = []
  const setErrs: Record<string, { err: string; description: string }> = {}
  for (const [jti, token] of sets) {
    const read = await dependencies.reader.readSignal(token)
    const refusal = read.ok ? refusalOf(jti, read.value) : read.refusal
    if (refusal === undefined && read.ok) {
      hints.push(...read.value.reading.hints)
      report.ignored += read.value.reading.ignored
      ack.push(jti)
    } else if (refusal !== undefined) {
      const { set, status, title }: Answer = answerOf(refusal.code)
      if (status >= 500) {
        report.left += 1
        continue
      }
      report.refused += 1
      await park(dependencies, token, refusal)
      setErrs[jti] = { err: set ?? 'invalid_request', description: `${title} (${refusal.code})` }
    }
  }
  if (hints.length > 0) await dependencies.hints.publishHints(hints)
  report.taken += hints.length
  return { ack, setErrs }
}

/** The name under which a token comes has to be its own: acknowledging one would otherwise forget another. */
function refusalOf(
  name: string,
  { jti, reading }: { jti: string; reading: { refused: readonly { reason: string }[] } },
) {
  if (jti !== name) return refuse('malformed_claim', { claim: 'jti' }).refusal
  const [unreadable] = reading.refused
  return unreadable === undefined ? undefined : refuse('delivery_malformed', { reason: unreadable.reason }).refusal
}

async function park({ parked, digest, clock }: PollDependencies, raw: string, refusal: Refusal): Promise<void> {
  const receivedAt = clock()
  await parked.park({ id: parkedId(receivedAt, await digest(raw)), refusal, raw, origin: 'hook', receivedAt })
}

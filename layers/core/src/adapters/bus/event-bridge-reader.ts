import { createHash } from 'node:crypto'
import type { JWTVerifyGetKey } from 'jose'
import * as v from 'valibot'
import type { EventReader } from '../../application/sync/ports.ts'
import type { HintReading } from '../../domain/assignment/hint.ts'
import type { IdentityEvent } from '../../domain/assignment/identity-event.ts'
import { parseStrictJson } from '../../domain/claims/strict-json.ts'
import { accept, type Outcome, type Refusal, refuse } from '../../domain/decision/refusal.ts'
import { type AccountHinted, type AccountStated, contracts, type Envelope, envelope } from './event-formats.ts'
import { canonical, verifySignature } from './event-signature.ts'

/** Bytes in UTF-8 of a whole event. */
export const largestEventBytes = 64 * 1024

export interface EventBridgeReaderOptions {
  /** Keys by `source`, for the sources that have to sign. */
  readonly keys?: ReadonlyMap<string, JWTVerifyGetKey>
  /** Reads events of partners, which follow no contract of ours; `undefined`: it is none. */
  readonly readPartner?: (envelope: unknown, receivedAt: number) => readonly HintReading[] | undefined
}

/** Reads events as EventBridge puts them into a queue. */
export class EventBridgeReader implements EventReader {
  readonly #keys: ReadonlyMap<string, JWTVerifyGetKey>
  readonly #readPartner: NonNullable<EventBridgeReaderOptions['readPartner']>

  constructor({ keys, readPartner }: EventBridgeReaderOptions = {}) {
    this.#keys = keys ?? new Map()
    this.#readPartner = readPartner ?? (() => undefined)
  }

  async readEvents(raw: string, receivedAt: number): Promise<readonly Outcome<IdentityEvent>[]> {
    const bytes = Buffer.byteLength(raw)
    if (bytes > largestEventBytes) return [refuse('event_too_large', { bytes })]
    const json = parseStrictJson(raw)
    if (json === undefined) return [malformed('not JSON, or with a repeated member')]
    const wrapped = v.safeParse(envelope, json.value)
    if (!wrapped.success) return [malformed(reasonOf(wrapped.issues[0]))]
    const partner = this.#readPartner(json.value, receivedAt)
    if (partner !== undefined) return partner.flatMap((reading) => fromPartner(wrapped.output.source, reading))
    return [await this.#readContract(wrapped.output)]
  }

  async #readContract({ source, 'detail-type': type, detail }: Envelope): Promise<Outcome<IdentityEvent>> {
    switch (type) {
      case 'Account Stated': {
        if (detail['version'] === undefined || detail['version'] === null) return refuse('event_without_version')
        const read = parse(contracts[type], detail)
        if (!read.ok) return read
        const keys = this.#keys.get(source)
        const signed = keys === undefined ? accept('unsigned') : await verifySignature(detail, keys)
        return signed.ok ? accept(stated(source, read.value)) : signed
      }
      case 'Account Hinted': {
        const read = parse(contracts[type], detail)
        return read.ok ? accept(hinted(source, read.value)) : read
      }
      default:
        return refuse(/^Account (Stated|Hinted) v\d+$/.test(type) ? 'event_unknown_version' : 'event_unknown_type')
    }
  }
}

function stated(source: string, { eventId, jws: _, ...statement }: AccountStated): IdentityEvent {
  const { occurredAt } = statement
  const roles = statement.roles.map((each) => canonical(each)).sort()
  return { kind: 'stated', source, eventId, occurredAt, digest: digestOf({ ...statement, roles }), statement }
}

function hinted(source: string, { eventId, organization, account, occurredAt }: AccountHinted): IdentityEvent {
  const about = account === undefined ? { organization } : { organization, account }
  return { kind: 'hinted', source, eventId, occurredAt, digest: digestOf({ ...about, occurredAt }), ...about }
}

function fromPartner(source: string, { hints, refused }: HintReading): readonly Outcome<IdentityEvent>[] {
  return [
    ...hints.map(({ eventId, organization, account, occurredAt }): Outcome<IdentityEvent> => {
      const about = account === undefined ? { organization } : { organization, account }
      return accept({ kind: 'hinted', source, eventId, occurredAt, digest: digestOf(about), ...about })
    }),
    ...refused.map(({ reason }) => malformed(reason)),
  ]
}

function parse<T>(schema: v.GenericSchema<unknown, T>, detail: unknown): Outcome<T> {
  const result = v.safeParse(schema, detail, { abortEarly: true })
  return result.success ? accept(result.output) : malformed(reasonOf(result.issues[0]))
}

/** What is wrong in our words and by the place; nothing of the event itself, which may name people, is repeated. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'a member that the contract does not know'
  return `${v.getDotPath(issue) ?? 'the event'} is not as the contract says`
}

function malformed(detail: string): { readonly ok: false; readonly refusal: Refusal } {
  return refuse('event_malformed', { detail })
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url')
}

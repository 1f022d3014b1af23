import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import * as v from 'valibot'
import { json, plainProblem, problem, type Reply } from './http.ts'

/**
 * Faults on request, to see what Rolecast does about them: `POST /faults` with one of these as JSON; `GET /faults` lists them.
 * They hit what Rolecast reads (statements, pages, and for `slow`, `down` and `rate_limit` the token endpoint), never the pages and
 * calls by which an administrator changes roles; `events` hits what iX Admin puts onto the bus instead. With `account` (and its
 * `organization`) they hit that account only. Each ends by itself after `forSeconds`; `{"kind":"none"}` ends all. Of several that fit, the last one counts.
 */
const everywhere = {
  organization: v.optional(v.string()),
  account: v.optional(v.string()),
  forSeconds: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(3600)), 60),
}
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(60_000))

const fault = v.variant('kind', [
  v.strictObject({
    kind: v.literal('slow'),
    ...everywhere,
    delayMs: v.optional(milliseconds, 5_000),
    /** The header comes at once, the body one byte at a time over `delayMs`. */
    drip: v.optional(v.boolean(), false),
  }),
  v.strictObject({
    kind: v.literal('down'),
    ...everywhere,
    /** Without it the connection is cut. */
    status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(500), v.maxValue(599))),
    retryAfterSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  }),
  v.strictObject({
    kind: v.literal('garbage'),
    ...everywhere,
    style: v.optional(
      v.picklist([
        'not_json',
        'html',
        'foreign_account',
        'unknown_member',
        'repeated_member',
        'too_large',
        'not_found_page',
      ]),
      'not_json',
    ),
  }),
  v.strictObject({ kind: v.literal('partial'), ...everywhere }),
  v.strictObject({
    kind: v.literal('rate_limit'),
    ...everywhere,
    retryAfterSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
  }),
  v.strictObject({
    kind: v.literal('pages'),
    ...everywhere,
    /** `empty`: nobody. `ends_early`: the first half, and no next page. `repeats_cursor`: behind the last page comes the first. `refuses_cursor`: 410. */
    style: v.picklist(['empty', 'ends_early', 'repeats_cursor', 'refuses_cursor']),
  }),
  v.strictObject({
    kind: v.literal('events'),
    ...everywhere,
    /** `reorder`: an event comes after the next one. */
    style: v.picklist(['drop', 'duplicate', 'delay', 'reorder']),
    delayMs: v.optional(milliseconds, 5_000),
  }),
])

const order = v.union([fault, v.strictObject({ kind: v.literal('none') })])

export type Fault = v.InferOutput<typeof fault>
type EventFault = Extract<Fault, { kind: 'events' }>
export type ReadFault = Exclude<Fault, EventFault>
export type FaultOrder = v.InferInput<typeof order>

/** What a request is about, for faults to fit or not. */
export interface Target {
  readonly organization?: string
  readonly account?: string
  readonly token?: true
}

export class Faults {
  readonly #clock: () => number
  #active: { readonly fault: Fault; readonly until: number }[] = []

  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** Takes an order as it came; `false` if it is none. */
  take(value: unknown): boolean {
    const result = v.safeParse(order, value)
    if (!result.success) return false
    const taken = result.output
    if (taken.kind === 'none') this.#active = []
    else this.#active.push({ fault: taken, until: this.#clock() + taken.forSeconds * 1000 })
    return true
  }

  active(): readonly { readonly fault: Fault; readonly until: number }[] {
    this.#active = this.#active.filter(({ until }) => this.#clock() < until)
    return this.#active
  }

  /** The fault that hits this request. */
  for(target: Target): ReadFault | undefined {
    const faults = this.active().flatMap(({ fault }) => (fault.kind === 'events' ? [] : [fault]))
    return faults.findLast((fault) => fits(fault, target))
  }

  /** The fault that hits an event about this account. */
  forEvents(target: Target): EventFault | undefined {
    const faults = this.active().flatMap(({ fault }) => (fault.kind === 'events' ? [fault] : []))
    return faults.findLast((fault) => fits(fault, target))
  }

  answerOrder(value: unknown): Reply {
    return this.take(value) ? this.answerList() : plainProblem(400, 'Not a fault; see infra/local/ix-admin/faults.ts')
  }

  answerList(): Reply {
    return json(200, { faults: this.active().map(({ fault, until }) => ({ ...fault, until })) })
  }
}

/** What becomes of an answer under a fault; `cut`: nothing is answered. */
export function spoil(fault: ReadFault, reply: Reply): Reply | 'cut' {
  switch (fault.kind) {
    case 'slow':
      return reply
    case 'down': {
      if (fault.status === undefined) return 'cut'
      const headers = retryAfter(fault.retryAfterSeconds)
      return fault.status === 503 ? problem('unavailable', { headers }) : plainProblem(fault.status, 'A fault', headers)
    }
    case 'rate_limit':
      return problem('too-many-requests', { headers: retryAfter(fault.retryAfterSeconds) })
    case 'partial':
      return reply.status === 200
        ? { ...reply, body: reply.body.replaceAll('"complete":true', '"complete":false') }
        : reply
    case 'garbage':
      return garbled(fault.style, reply)
    case 'pages':
      return mispaged(fault.style, reply)
  }
}

const page = v.object({ statements: v.array(v.unknown()), next: v.nullable(v.string()), complete: v.boolean() })

/** Only pages are hit. */
function mispaged(style: Extract<Fault, { kind: 'pages' }>['style'], reply: Reply): Reply {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), page), reply.body)
  if (!parsed.success) return reply
  const { statements, next } = parsed.output
  const answer = (changed: Partial<typeof parsed.output>) => ({
    ...reply,
    body: JSON.stringify({ ...parsed.output, ...changed }),
  })
  switch (style) {
    case 'empty':
      return answer({ statements: [], next: null })
    case 'ends_early':
      return answer({ statements: statements.slice(0, Math.ceil(statements.length / 2)), next: null })
    case 'repeats_cursor':
      return answer({ next: next ?? '0' })
    case 'refuses_cursor':
      return next === null ? plainProblem(410, 'The cursor has expired') : reply
  }
}

/** Writes an answer as slowly as the fault wants; gives up when the reader has gone. */
export async function writeSlowly(
  response: ServerResponse,
  reply: Reply,
  { delayMs, drip }: { readonly delayMs: number; readonly drip: boolean },
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    if (!drip) await pause(delayMs, undefined, { signal: gone.signal })
    response.writeHead(reply.status, reply.headers)
    if (!drip) return void response.end(reply.body)
    const bytes = Buffer.from(reply.body)
    for (const byte of bytes) {
      await pause(delayMs / bytes.length, undefined, { signal: gone.signal })
      response.write(Buffer.of(byte))
    }
    response.end()
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}

function garbled(style: Extract<Fault, { kind: 'garbage' }>['style'], reply: Reply): Reply {
  const ok = { status: 200, headers: { 'content-type': 'application/json' } }
  switch (style) {
    case 'not_json':
      return { ...ok, body: '{"organization": "acme", "account"' }
    case 'html':
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><title>Maintenance</title>',
      }
    case 'not_found_page':
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Not found</title>' }
    case 'foreign_account':
      return { ...reply, body: reply.body.replace(/"(organization|account)":"[^"]*"/g, '"$1":"somebody-else"') }
    case 'unknown_member':
      return { ...reply, body: reply.body.replace('{', '{"suspendedUntil":9999999999999,') }
    case 'repeated_member':
      return { ...reply, body: reply.body.replace('"complete":true', '"complete":false,"complete":true') }
    case 'too_large':
      return { ...reply, body: reply.body + ' '.repeat(5 * 1024 * 1024) }
  }
}

function fits(fault: Fault, target: Target): boolean {
  if (target.token) {
    return fault.account === undefined && fault.organization === undefined && /slow|down|rate_limit/.test(fault.kind)
  }
  return (
    (fault.organization === undefined || fault.organization === target.organization) &&
    (fault.account === undefined || fault.account === target.account)
  )
}

function retryAfter(seconds: number | undefined): Readonly<Record<string, string>> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}

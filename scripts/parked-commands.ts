import type { ParkedEvent, ParkedEventStore } from '@rolecast/core/application/sync/ports'
import { parkedForMs } from '@rolecast/core/domain/assignment/event-retention'
import { answers, type Code } from '@rolecast/core/domain/decision/codes'
import { CannotBeDone } from './stage-command.ts'

/** The queues, as far as operators use them. */
export interface EventQueues {
  /** Puts a message into the ingest queue. */
  send(body: string): Promise<void>
  /** How many messages were given up, about, and some of them. */
  readDeadLetters(): Promise<{ readonly count: number; readonly some: readonly string[] }>
  /** Puts everything that was given up back into the ingest queue. */
  redrive(): Promise<void>
}

export interface ParkedCommands {
  readonly parked: Omit<ParkedEventStore, 'park'>
  readonly queues: EventQueues
  readonly say: (line: string) => void
}

type Listed = Omit<ParkedEvent, 'raw'>

/** One line for each, the youngest first. */
export async function list(
  { parked, say }: ParkedCommands,
  { limit, code }: { readonly limit: number; readonly code?: Code },
): Promise<void> {
  const shown: Listed[] = []
  for await (const event of youngestFirst(parked)) {
    if (code !== undefined && event.refusal.code !== code) continue
    shown.push(event)
    if (shown.length === limit) break
  }
  if (shown.length === 0) return say(code === undefined ? 'Nothing is parked.' : `Nothing is parked as ${code}.`)
  for (const { id, refusal, receivedAt, attempts, origin } of shown) {
    say(`${id}  ${new Date(receivedAt).toISOString()}  ${refusal.code}  ${origin}, parked ${times(attempts)}`)
  }
  say('npm run parked -- show <id> says what to do about one.')
}

/** Everything about one, the event itself at the end. @throws {CannotBeDone} */
export async function show({ parked, say }: ParkedCommands, id: string): Promise<void> {
  const event = await read(parked, id)
  const { code, evidence = {} } = event.refusal
  const { title, next } = answers[code]
  say(`${code}: ${title}`)
  say(`What to do  ${next}`)
  for (const [name, value] of Object.entries(evidence)) say(`  ${name}: ${JSON.stringify(value)}`)
  say(`Received    ${new Date(event.receivedAt).toISOString()} (${event.origin}), parked ${times(event.attempts)}`)
  say(`Kept until  ${new Date(event.receivedAt + parkedForMs).toISOString()}`)
  if (event.truncated) say('Only its beginning is kept: the archive of the bus has the whole of it.')
  say(printable(event.raw))
}

/** Puts events back into the ingest queue, then forgets that they were parked. @throws {CannotBeDone} */
export async function replay(commands: ParkedCommands, ids: readonly string[]): Promise<void> {
  const { parked, queues, say } = commands
  const events = await Promise.all(ids.map((id) => read(parked, id)))
  for (const { id, truncated, origin } of events) {
    if (truncated) throw new CannotBeDone(`${id} is kept in part only: replay it from the archive of the bus`)
    if (origin === 'hook')
      throw new CannotBeDone(`${id} came over HTTP: let the provider deliver it again, and drop it`)
  }
  for (const { id, raw } of events) {
    await queues.send(raw)
    await parked.dropParked(id)
    say(`${id} is in the queue again; if it still cannot be applied, it is parked anew`)
  }
}

/** Replays every event that is parked with this code now. */
export async function replayAll(commands: ParkedCommands, code: Code): Promise<void> {
  const ids: string[] = []
  for await (const { id, refusal, truncated, origin } of youngestFirst(commands.parked)) {
    if (refusal.code === code && !truncated && origin === 'queue') ids.push(id)
  }
  if (ids.length === 0) return commands.say(`Nothing that can be replayed is parked as ${code}.`)
  // The oldest first, as they came; the order makes no difference to the outcome.
  for (const id of ids.toReversed()) await replay(commands, [id])
}

/** @throws {CannotBeDone} */
export async function drop({ parked, say }: ParkedCommands, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if ((await parked.dropParked(id)) === 'absent') throw new CannotBeDone(`${id} is not parked; list shows what is`)
    say(`${id} is gone`)
  }
}

/** What was given up because its handling broke again and again. */
export async function dead({ queues, say }: ParkedCommands): Promise<void> {
  const { count, some } = await queues.readDeadLetters()
  say(
    count === 0
      ? 'No message was given up.'
      : `About ${count} given up. When the cause is gone: npm run parked -- redrive`,
  )
  for (const body of some) say(printable(body))
}

export async function redrive({ queues, say }: ParkedCommands): Promise<void> {
  const { count } = await queues.readDeadLetters()
  if (count === 0) return say('No message was given up: nothing to do.')
  await queues.redrive()
  say(`About ${count} on their way back into the queue`)
}

/** What others wrote, without what a terminal would obey. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

async function* youngestFirst(parked: ParkedCommands['parked']): AsyncGenerator<Listed> {
  for (let before: string | undefined; ; ) {
    const page = await parked.listParked({ limit: 100, ...(before !== undefined && { before }) })
    yield* page
    before = page.at(-1)?.id
    if (before === undefined) return
  }
}

async function read(parked: ParkedCommands['parked'], id: string): Promise<ParkedEvent> {
  const event = await parked.readParked(id)
  if (event === undefined) throw new CannotBeDone(`${id} is not parked; list shows what is`)
  return event
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

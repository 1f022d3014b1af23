import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { CorruptDataFile } from '../data-file.ts'

/** A message as a queue keeps it. Times are epoch milliseconds. */
const message = v.strictObject({
  id: v.string(),
  body: v.string(),
  sentAt: v.number(),
  /** How often it was handed over. */
  received: v.number(),
  firstReceivedAt: v.optional(v.number()),
})

export type QueueMessage = Readonly<v.InferOutput<typeof message>>

/** A line of the file: a message as it is now, or the name of one that is gone. */
const line = v.union([message, v.strictObject({ gone: v.string() })])

export interface QueueSettings {
  readonly name: string
  readonly arn: string
  readonly url: string
  readonly visibilityMs: number
  /** Where messages go that were handed over so often without being deleted. */
  readonly redrive?: { readonly arn: string; readonly after: number }
}

/**
 * One standard queue: messages that were handed over stay hidden until they are deleted or their time is up. Every change is in
 * the file before it is answered, so that a crash loses nothing; after a start, what was hidden shows again.
 */
export class Queue {
  readonly settings: QueueSettings
  readonly #file: string | undefined
  readonly #messages = new Map<string, QueueMessage>()
  readonly #hiddenUntil = new Map<string, number>()
  readonly #listeners = new Set<() => void>()

  /** @param file where messages live; absent: in memory only. @throws CorruptDataFile */
  constructor(settings: QueueSettings, file: string | undefined) {
    this.settings = settings
    this.#file = file
    if (file === undefined) return
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    if (existsSync(file)) this.#read(file)
    writeFileSync(`${file}.new`, [...this.#messages.values()].map(toLine).join(''), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }

  get messages(): readonly QueueMessage[] {
    return [...this.#messages.values()]
  }

  /** Told whenever there is a message more to see. */
  onArrival(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  send(body: string, given: Partial<QueueMessage> = {}): QueueMessage {
    const sent = { id: randomUUID(), body, sentAt: Date.now(), received: 0, ...given }
    this.#keep(sent)
    for (const listener of this.#listeners) listener()
    return sent
  }

  /**
   * Hands over up to `most` messages that can be seen, the oldest first, and hides them. Those that were handed over too often
   * go to `giveUp` instead.
   */
  receive(
    { most, visibilityMs = this.settings.visibilityMs }: { readonly most: number; readonly visibilityMs?: number },
    giveUp: (message: QueueMessage) => void,
  ): readonly QueueMessage[] {
    const now = Date.now()
    const handed: QueueMessage[] = []
    for (const each of this.messages) {
      if (handed.length >= most) break
      if ((this.#hiddenUntil.get(each.id) ?? 0) > now) continue
      if (each.received >= (this.settings.redrive?.after ?? Number.POSITIVE_INFINITY)) {
        giveUp(each)
        this.delete(each.id)
        continue
      }
      const taken = { ...each, received: each.received + 1, firstReceivedAt: each.firstReceivedAt ?? now }
      this.#keep(taken)
      this.#hiddenUntil.set(each.id, now + visibilityMs)
      handed.push(taken)
    }
    return handed
  }

  /** Shows a message again after so long, whoever has it. */
  hide(id: string, forMs: number): void {
    if (this.#messages.has(id)) this.#hiddenUntil.set(id, Date.now() + forMs)
  }

  delete(id: string): void {
    if (!this.#messages.delete(id)) return
    this.#hiddenUntil.delete(id)
    this.#append({ gone: id })
  }

  #keep(kept: QueueMessage): void {
    this.#messages.set(kept.id, kept)
    this.#append(kept)
  }

  #append(entry: v.InferOutput<typeof line>): void {
    if (this.#file !== undefined) appendFileSync(this.#file, toLine(entry))
  }

  #read(file: string): void {
    const lines = readFileSync(file, 'utf8').split('\n')
    for (const [index, text] of lines.entries()) {
      // What stands behind the last line break is half of a line that was never answered.
      if (index === lines.length - 1) return
      const entry = v.safeParse(v.pipe(v.string(), v.parseJson(), line), text)
      if (!entry.success) throw new CorruptDataFile(file, `the queue ${this.settings.name}`, `line ${index + 1}`)
      if ('gone' in entry.output) this.#messages.delete(entry.output.gone)
      else this.#messages.set(entry.output.id, entry.output)
    }
  }
}

function toLine(entry: v.InferOutput<typeof line>): string {
  return `${JSON.stringify(entry)}\n`
}

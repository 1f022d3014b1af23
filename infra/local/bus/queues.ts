import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Queues take messages and keep them; nothing reads them on this machine but people and tests. */
export interface Queues {
  send(queueArn: string, message: unknown): void
  messages(queueName: string): readonly unknown[]
}

/** @param folder where each queue is a file of JSON lines; absent: in memory only. */
export function openQueues(folder: string | undefined): Queues {
  const kept = new Map<string, unknown[]>()
  return {
    send(queueArn, message) {
      const name = queueArn.split(':').at(-1) ?? queueArn
      kept.set(name, [...(kept.get(name) ?? []), message])
      if (folder === undefined) return
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      appendFileSync(join(folder, `${name}.jsonl`), `${JSON.stringify(message)}\n`, { mode: 0o600 })
    },
    messages: (name) => kept.get(name) ?? [],
  }
}

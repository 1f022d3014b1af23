import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Log } from '../lambda/log.ts'

/** What functions and services say, one line each with time and source, begun anew at every start. */
export function openLogFile(path: string): { readonly log: Log; close(): Promise<void> } {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const stream = createWriteStream(path, { mode: 0o600 })
  return {
    log: (source, line) => stream.write(`${new Date().toISOString()} ${source} ${line}\n`),
    close: () => new Promise((resolve) => stream.end(resolve)),
  }
}

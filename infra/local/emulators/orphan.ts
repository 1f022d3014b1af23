import type { ChildProcess } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const patienceMs = 3_000

/** Notes which process uses the data file, and for whom. */
export function noteProcess(file: string, child: ChildProcess): void {
  writeFileSync(noteOf(file), `${child.pid} ${process.pid}\n`, { mode: 0o600 })
  child.once('exit', () => rmSync(noteOf(file), { force: true }))
}

/** Two runs must not share one data folder. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse'

  constructor(file: string, owner: number) {
    super(`${file} is in use by process ${owner}. Stop that one first, or choose another data folder.`)
  }
}

/**
 * Ends the emulator that a killed run left behind on this file: it would hold the port and write beside its successor.
 * @throws DataFolderInUse when that run is still alive
 */
export async function endOrphan(file: string): Promise<void> {
  const [child, owner] = readNote(file)
  if (child === undefined || owner === undefined || !uses(child, file)) return
  if (lives(owner)) throw new DataFolderInUse(file, owner)
  process.kill(child)
  for (let waited = 0; waited < patienceMs && lives(child); waited += 20) await wait(20)
}

function readNote(file: string): readonly number[] {
  try {
    return readFileSync(noteOf(file), 'utf8').trim().split(' ').map(Number).filter(Number.isSafeInteger)
  } catch {
    return []
  }
}

/** Process ids are used again: only a process that names the file among its arguments is the one. */
function uses(pid: number, file: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(file)
  } catch {
    return false
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function noteOf(file: string): string {
  return `${file}.pid`
}

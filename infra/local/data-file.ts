import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

/** A file of the data folder holds something that its program did not write. */
export class CorruptDataFile extends Error {
  override readonly name = 'CorruptDataFile'
  readonly path: string

  constructor(path: string, what: string, reason: string) {
    super(
      `${path} is damaged (${reason}), so ${what} cannot start. Nothing was changed. Restore it from a copy, or remove ` +
        `the folder ${dirname(path)} to begin again with the demo data.`,
    )
    this.path = path
  }
}

/**
 * One JSON document in one file, readable by its owner only. A write is whole or not at all: it goes to a file beside it, to the
 * disk, and then takes the name. Writes happen one after the other.
 */
export class DataFile<T> {
  readonly path: string
  readonly #what: string
  readonly #schema: v.GenericSchema<unknown, T>
  #lastWrite: Promise<void> = Promise.resolve()

  constructor({ path, what, schema }: { path: string; what: string; schema: v.GenericSchema<unknown, T> }) {
    this.path = path
    this.#what = what
    this.#schema = schema
  }

  /**
   * `undefined` if there is no such file.
   * @throws CorruptDataFile
   */
  async read(): Promise<T | undefined> {
    let text: string
    try {
      text = await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const result = v.safeParse(this.#schema, parsed(text))
    if (result.success) return result.output
    const place = v.getDotPath(result.issues[0]) ?? 'not JSON'
    throw new CorruptDataFile(this.path, this.#what, place)
  }

  write(value: T): Promise<void> {
    const write = this.#lastWrite.then(() => this.#replace(JSON.stringify(value, null, 2)))
    // Whoever asked for it hears of a failure; the next write only has to wait its turn.
    this.#lastWrite = write.catch(() => {})
    return write
  }

  async #replace(text: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
    const beside = `${this.path}.new`
    const file = await open(beside, 'w', 0o600)
    try {
      await file.writeFile(`${text}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, this.path)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

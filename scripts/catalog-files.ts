import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Catalog, CatalogLock } from '@rolecast/core/domain/catalog/catalog'
import { parseLock } from '@rolecast/core/domain/catalog/lock'

/** The command cannot be carried out as it was given; the message is for the person who gave it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The name of a lock file, beside its `catalog.ts`. */
export const lockFile = 'catalog.lock.json'

export interface LoadedCatalog {
  readonly application: string
  readonly catalog: Catalog
  /** Absent where there is no file, or where it is `unreadable`. */
  readonly lock?: CatalogLock | undefined
  /** Why the lock file that is there cannot be read. */
  readonly unreadable?: string
}

/**
 * Loads `<folder>/<application>/catalog.ts` (its export `catalog`) and the lock file beside it, by application.
 * @throws {UsageError} when an application is asked for that is not there, or a folder is not named after its catalog.
 */
export async function loadCatalogs(folder: string, applications: readonly string[]): Promise<readonly LoadedCatalog[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new UsageError(`There is no folder ${folder}.`)
  })
  const present = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'catalog.ts')))
    .map((entry) => entry.name)
    .toSorted()
  const missing = applications.filter((application) => !present.includes(application))
  if (missing.length > 0) throw new UsageError(`No catalog of ${missing.join(', ')}; there are ${present.join(', ')}.`)
  if (present.length === 0) throw new UsageError(`There is no catalog in ${folder}.`)
  const chosen = applications.length === 0 ? present : present.filter((name) => applications.includes(name))
  return Promise.all(chosen.map((application) => loadCatalog(folder, application)))
}

async function loadCatalog(folder: string, application: string): Promise<LoadedCatalog> {
  const file = join(folder, application, 'catalog.ts')
  const { catalog } = (await import(pathToFileURL(file).href)) as { readonly catalog?: Catalog }
  if (catalog === undefined) throw new UsageError(`${file} does not export "catalog".`)
  if (catalog.application !== application) {
    throw new UsageError(`${file} is the catalog of ${catalog.application}: name its folder so.`)
  }
  const path = join(folder, application, lockFile)
  if (!existsSync(path)) return { application, catalog }
  const reading = readLockText(await readFile(path, 'utf8'))
  return typeof reading === 'string'
    ? { application, catalog, unreadable: reading }
    : { application, catalog, lock: reading }
}

function readLockText(text: string): CatalogLock | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  const reading = parseLock(value)
  return reading.ok ? reading.lock : reading.detail
}

/** Earlier lock files. `lockOf` answers `undefined` for an application that had none. */
export interface Base {
  /** What the lock files are compared with, for people. */
  readonly title: string
  readonly lockOf: (application: string) => Promise<CatalogLock | undefined>
}

/**
 * Finds the earlier lock files: a file, a folder, or a git revision; without `wanted` the last commit, if there is one.
 * @throws {UsageError} when `wanted` is none of them, or one of its lock files cannot be read.
 */
export async function findBase(folder: string, wanted?: string): Promise<Base> {
  if (wanted !== undefined && existsSync(wanted)) {
    if (statSync(wanted).isDirectory()) {
      return {
        title: `the lock files in ${wanted}`,
        lockOf: (application) => fromFile(join(wanted, application, lockFile)),
      }
    }
    const lock = await fromFile(wanted)
    const lockOf = async (application: string): Promise<CatalogLock | undefined> =>
      lock?.application === application ? lock : undefined
    return { title: `the lock file ${wanted} of ${lock?.application}`, lockOf }
  }
  const revision = wanted ?? 'HEAD'
  const commit = await git(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)
  if (commit !== undefined) {
    const id = commit.trim()
    return {
      title: `the lock files of ${revision} (${id.slice(0, 7)})`,
      lockOf: (name) => fromCommit(folder, id, name),
    }
  }
  if (wanted !== undefined) throw new UsageError(`${wanted} is no file, no folder and no git revision.`)
  return { title: 'no earlier lock files (there is no git history here)', lockOf: async () => undefined }
}

async function fromFile(path: string): Promise<CatalogLock | undefined> {
  return existsSync(path) ? required(await readFile(path, 'utf8'), path) : undefined
}

async function fromCommit(folder: string, commit: string, application: string): Promise<CatalogLock | undefined> {
  const path = `./${application}/${lockFile}`
  const listed = await git(folder, 'ls-tree', '--name-only', commit, path)
  if (listed === undefined || listed === '') return undefined
  const text = await git(folder, 'show', `${commit}:${path}`)
  if (text === undefined) throw new UsageError(`git has no ${path} of ${commit}.`)
  return required(text, `${path} of ${commit.slice(0, 7)}`)
}

function required(text: string, place: string): CatalogLock {
  const reading = readLockText(text)
  if (typeof reading === 'string') throw new UsageError(`${place} cannot be read: ${reading}.`)
  return reading
}

/** What git prints, or `undefined` where git is missing, this is no repository, or git says no. */
async function git(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch {
    return undefined
  }
}

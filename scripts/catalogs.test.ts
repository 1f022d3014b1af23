import { execFile, execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { catalog as customerV2 } from '@rolecast/catalogs/customer-v2/catalog'
import type { CatalogLock } from '@rolecast/core/domain/catalog/catalog'
import { appendToLock, writeLock } from '@rolecast/core/domain/catalog/lock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const script = join(import.meta.dirname, 'catalogs.ts')
const run = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [script, ...args])) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}
const codesOf = (stdout: string): string[] =>
  JSON.parse(stdout).catalogs.flatMap((entry: { problems?: { code: string }[]; errors?: { code: string }[] }) =>
    (entry.problems ?? entry.errors ?? []).map(({ code }) => code),
  )

let folder: string
let file: string
const lock = appendToLock(customerV2).lock
const write = async (catalog: object, text = writeLock(lock)): Promise<void> => {
  await writeFile(join(folder, 'customer-v2/catalog.ts'), `export const catalog = ${JSON.stringify(catalog)}\n`)
  await writeFile(file, text)
}
const git = (...args: string[]): Buffer =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args])
const commit = (): void => {
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'lock')
}
/** The catalog with one more permission, and with one less. */
const wider = {
  ...customerV2,
  permissions: { ...customerV2.permissions, 'flows.copy': { title: 'x', description: 'x', section: 'flows' } },
}
const { 'flows.execute': _, ...fewer } = customerV2.permissions
const { 'POST /flows/{flowId}/execute': __, ...fewerRoutes } = customerV2.routes
const narrower = {
  ...customerV2,
  permissions: fewer,
  routes: fewerRoutes,
  sections: { ...customerV2.sections, runtime_api: undefined },
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalogs-'))
  file = join(folder, 'customer-v2/catalog.lock.json')
  await mkdir(join(folder, 'customer-v2'))
  await write(customerV2)
})
afterEach(() => rm(folder, { recursive: true }))

describe('catalogs check', () => {
  test('passes where nothing is wrong, and says so', async () => {
    const { code, stdout } = await run('check', '--catalogs', folder)
    expect(stdout).toContain('customer-v2: 27 permissions, 5 roles, 30 routes, 27 numbers in epoch 1')
    expect(stdout).toContain('no earlier lock files')
    expect(stdout).toContain('Nothing to correct.')
    expect(code).toBe(0)
  })

  test('fails on a mistake, with its code and the next step', async () => {
    await write({ ...customerV2, routes: { ...customerV2.routes, 'GET /x': {} } })
    const { code, stdout } = await run('check', '--catalogs', folder)
    expect(stdout).toContain('route_without_permission: GET /x asks for no permission')
    expect(stdout).toContain('Name the permission the route asks for.')
    expect(stdout).toContain('Errors: 1, warnings: 0.')
    expect(code).toBe(1)
  })

  test('fails on a permission that is not numbered, and on one that vanished', async () => {
    await write(wider)
    expect(codesOf((await run('check', '--catalogs', folder, '--json')).stdout)).toContain('not_numbered')
    await write(narrower)
    const { code, stdout } = await run('check', '--catalogs', folder, '--json')
    expect(codesOf(stdout)).toContain('vanished')
    expect(code).toBe(1)
  })

  test('compares with the last commit: a renumbered lock file fails though it fits its catalog', async () => {
    commit()
    const numbers = [...lock.numbers.slice(1), ...lock.numbers.slice(0, 1)]
    await write(customerV2, writeLock({ ...lock, numbers }))
    const { code, stdout } = await run('check', '--catalogs', folder, '--json')
    expect(JSON.parse(stdout).base).toMatch(/^the lock files of HEAD \([0-9a-f]{7}\)$/)
    expect(new Set(codesOf(stdout))).toEqual(new Set(['renumbered', 'ungranted_permission']))
    expect(code).toBe(1)
    git('commit', '-qam', 'renumber')
    expect((await run('check', '--catalogs', folder)).code).toBe(0)
    expect((await run('check', '--catalogs', folder, '--base', 'HEAD~1')).code).toBe(1)
  })

  test('compares with a file or a folder', async () => {
    const earlier = { ...lock, numbers: lock.numbers.with(3, { key: 'flows.gone' }) } satisfies CatalogLock
    const base = join(folder, 'base')
    await mkdir(join(base, 'customer-v2'), { recursive: true })
    await writeFile(join(base, 'customer-v2/catalog.lock.json'), writeLock(earlier))
    for (const place of [base, join(base, 'customer-v2/catalog.lock.json')]) {
      const { code, stdout } = await run('check', '--catalogs', folder, '--json', '--base', place)
      expect(codesOf(stdout)).toContain('reused')
      expect(code).toBe(1)
    }
  })

  test('names a lock file that cannot be read, or is not there', async () => {
    await write(customerV2, '{')
    expect(codesOf((await run('check', '--catalogs', folder, '--json')).stdout)).toContain('lock_malformed')
    await rm(file)
    expect(codesOf((await run('check', '--catalogs', folder, '--json')).stdout)).toContain('lock_missing')
  })
})

describe('catalogs lock', () => {
  test('appends, retires, and is then content', async () => {
    await write(wider)
    expect((await run('lock', '--catalogs', folder)).stdout).toContain('opens epoch 2\n  + flows.copy')
    await write(narrower, await readFile(file, 'utf8'))
    const { stdout } = await run('lock', '--catalogs', folder)
    expect(stdout).toContain('  - flows.execute (retired)')
    expect(stdout).toContain('  - flows.copy (retired)')
    const written = JSON.parse(await readFile(file, 'utf8'))
    expect(written.epochs).toEqual([27, 28, 28])
    expect(written.numbers[26]).toEqual({ key: 'flows.execute', retired: 3 })
    expect((await run('lock', '--catalogs', folder)).stdout).toBe('customer-v2: nothing to append\n')
  })

  test('writes nothing on a dry run, nor where the result would be wrong', async () => {
    await write(wider)
    expect((await run('lock', '--catalogs', folder, '--dry-run')).stdout).toContain('+ flows.copy')
    expect(await readFile(file, 'utf8')).toBe(writeLock(lock))
    await write({ ...wider, roles: { ...wider.roles, flow_viewer: { ...wider.roles.flow_viewer, includes: ['x'] } } })
    const { code, stdout } = await run('lock', '--catalogs', folder)
    expect(stdout).toContain('not written')
    expect(stdout).toContain('unknown_role')
    expect(code).toBe(1)
    expect(await readFile(file, 'utf8')).toBe(writeLock(lock))
  })

  test('does not start over where the lock file was deleted after it was committed in another order', async () => {
    const numbers = lock.numbers.toReversed()
    await write(customerV2, writeLock({ ...lock, numbers }))
    commit()
    await rm(file)
    const { code, stdout } = await run('lock', '--catalogs', folder, '--json')
    expect(codesOf(stdout)).toContain('renumbered')
    expect(code).toBe(1)
  })
})

describe('a command that cannot be carried out ends with 2:', () => {
  test.each([
    [['check', '--verbose'], 'unknown option'],
    [['chek'], 'unknown command'],
    [['check', 'shop'], 'No catalog of shop'],
    [['check', '--base', 'v0'], 'v0 is no file, no folder and no git revision'],
    [['check', '--base', '--output=x'], 'is no file, no folder and no git revision'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await run(...args, ...(args[0] === 'check' ? ['--catalogs', folder] : []))
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })

  test('a folder with another name than its catalog', async () => {
    await write({ ...customerV2, application: 'customer-v3' })
    const { code, stderr } = await run('check', '--catalogs', folder)
    expect(stderr).toContain('is the catalog of customer-v3')
    expect(code).toBe(2)
  })
})

import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { checkCatalog } from '@rolecast/core/domain/catalog/check'
import { appendToLock, writeLock } from '@rolecast/core/domain/catalog/lock'
import { type CatalogProblem, problem, problemKinds, type Severity } from '@rolecast/core/domain/catalog/problem'
import { Command, CommanderError } from 'commander'
import { findBase, type LoadedCatalog, loadCatalogs, lockFile, UsageError } from './catalog-files.ts'

interface Options {
  readonly catalogs: string
  readonly base?: string
  readonly json?: true
  readonly dryRun?: true
}

const program = new Command('catalogs')
  .description('Checks the catalogs of applications and appends to their lock files.')
  .exitOverride()
  .showHelpAfterError()
  .addHelpText('after', '\nExit: 0 nothing wrong, 1 a problem was found, 2 the command could not be carried out.')

const withOptions = (command: Command): Command =>
  command
    .argument('[applications...]', 'only these applications')
    .option(
      '--catalogs <folder>',
      'where one folder per application lies',
      resolve(import.meta.dirname, '../layers/catalogs'),
    )
    .option(
      '--base <file|folder|revision>',
      'earlier lock files: one file, a folder like --catalogs, or a git revision (default: HEAD where git is available)',
    )
    .option('--json', 'print one JSON document')

withOptions(program.command('check'))
  .description('Checks catalogs against their lock files, and lock files against the earlier ones. Fails on an error.')
  .action(async (applications: string[], options: Options) => {
    const base = await findBase(options.catalogs, options.base)
    const checked = []
    for (const loaded of await loadCatalogs(options.catalogs, applications)) {
      checked.push({ loaded, problems: problemsOf(loaded, await base.lockOf(loaded.application)) })
    }
    const problems = checked.flatMap((entry) => entry.problems)
    if (options.json) {
      const catalogs = checked.map(({ loaded: { application, lock }, problems: found }) => ({
        application,
        epoch: lock?.epochs.length ?? 0,
        numbers: lock?.numbers.length ?? 0,
        problems: found,
      }))
      print(
        JSON.stringify(
          { base: base.title, errors: count(problems, 'error'), warnings: count(problems, 'warning'), catalogs },
          null,
          2,
        ),
      )
    } else {
      for (const { loaded, problems: found } of checked) print(describe(loaded), ...found.map(tell))
      print('', `Compared with ${base.title}.`, summary(problems))
    }
    if (count(problems, 'error') > 0) process.exitCode = 1
  })

withOptions(program.command('lock'))
  .description('Appends what is new to the lock files and retires what left. Numbers that exist never change.')
  .option('--dry-run', 'print what would change and write nothing')
  .action(async (applications: string[], options: Options) => {
    const base = await findBase(options.catalogs, options.base)
    const results = []
    for (const loaded of await loadCatalogs(options.catalogs, applications)) {
      const { lock, added, retired } = appendToLock(loaded.catalog, loaded.lock)
      const problems = problemsOf({ ...loaded, lock }, await base.lockOf(loaded.application))
      const errors = problems.filter(({ severity }) => severity === 'error')
      const changed = added.length + retired.length > 0
      if (changed && errors.length === 0 && !options.dryRun) {
        await writeFile(join(options.catalogs, loaded.application, lockFile), writeLock(lock))
      }
      results.push({ application: loaded.application, epoch: lock.epochs.length, added, retired, errors })
    }
    if (options.json) print(JSON.stringify({ base: base.title, catalogs: results }, null, 2))
    else {
      for (const { application, epoch, added, retired, errors } of results) {
        const change = added.length + retired.length === 0 ? 'nothing to append' : `opens epoch ${epoch}`
        print(`${application}: ${errors.length > 0 ? 'not written' : change}`)
        print(...added.map((key) => `  + ${key}`), ...retired.map((key) => `  - ${key} (retired)`), ...errors.map(tell))
      }
    }
    if (results.some(({ errors }) => errors.length > 0)) process.exitCode = 1
  })

function problemsOf(loaded: LoadedCatalog, base: LoadedCatalog['lock']): readonly CatalogProblem[] {
  const found = checkCatalog(loaded.catalog, { lock: loaded.lock, ...(base === undefined ? {} : { base }) })
  if (loaded.unreadable === undefined) return found
  const detail = `the lock file cannot be read: ${loaded.unreadable}`
  return [problem('lock_malformed', detail, { detail }), ...found.filter(({ code }) => code !== 'lock_missing')]
}

function describe({ application, catalog, lock }: LoadedCatalog): string {
  const amount = (table: object, thing: string): string => {
    const { length } = Object.keys(table)
    return `${length} ${thing}${length === 1 ? '' : 's'}`
  }
  const parts = [
    amount(catalog.permissions, 'permission'),
    amount(catalog.roles, 'role'),
    amount(catalog.routes, 'route'),
    lock === undefined ? 'no lock file' : `${lock.numbers.length} numbers in epoch ${lock.epochs.length}`,
  ]
  return `${application}: ${parts.join(', ')}`
}

function tell({ code, severity, message }: CatalogProblem): string {
  const line = `  ${severity.padEnd(7)} ${code}: ${message}`
  return severity === 'note' ? line : `${line}\n          ${problemKinds[code].next}`
}

function count(problems: readonly CatalogProblem[], severity: Severity): number {
  return problems.filter((found) => found.severity === severity).length
}

function summary(problems: readonly CatalogProblem[]): string {
  const errors = count(problems, 'error')
  const warnings = count(problems, 'warning')
  return errors + warnings === 0 ? 'Nothing to correct.' : `Errors: ${errors}, warnings: ${warnings}.`
}

function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n`)
  else if (!(error instanceof CommanderError)) throw error
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2
}

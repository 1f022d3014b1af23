import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spread } from './measure.ts'

const root = join(import.meta.dirname, '../..')
const child = join(import.meta.dirname, 'cold-start-child.mjs')

export interface ColdStart {
  readonly cpuRatioToEmpty: number
  readonly low: number
  readonly high: number
}

/** Bundles as deployed, by function name; `npm run build` makes them. */
export function bundles(): ReadonlyMap<string, string> {
  const folder = join(root, 'dist/functions')
  if (!existsSync(folder)) throw new Error('there are no bundles: run `npm run build` first')
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'index.mjs')))
  // The authorizer is deployed beside its catalog, and reads it when it comes up.
  const place = (name: string) =>
    name === 'authorizer' ? join(root, 'dist/authorizers/customer-v2') : join(folder, name)
  return new Map(names.map((name) => [name, join(place(name), 'index.mjs')]))
}

/** What a start reads: the entry and the files it imports statically; the rest is loaded only when it is needed. */
export function bundleBytes(file: string, seen = new Set<string>()): number {
  if (seen.has(file)) return 0
  seen.add(file)
  const code = readFileSync(file, 'utf8')
  const imports = [...code.matchAll(/(?:from|import)\s*"(\.\/[^"]+)"/g)].map(([, path = '']) =>
    join(dirname(file), path),
  )
  return imports.reduce((sum, path) => sum + bundleBytes(path, seen), statSync(file).size)
}

/**
 * Process CPU (user + system) of a start that imports the bundle, over one that imports an empty handler; the starts of all
 * bundles are interleaved. The environment is what the function needs to come up.
 */
export function coldStarts(
  files: ReadonlyMap<string, string>,
  environments: Readonly<Record<string, Readonly<Record<string, string>>>>,
  rounds: number,
  progress: (done: number) => void,
): Map<string, ColdStart> {
  const box = join(root, '.rolecast/bench')
  mkdirSync(box, { recursive: true })
  const empty = join(box, 'empty.mjs')
  writeFileSync(empty, 'export const handler = async () => ({})\n')
  const ratios = new Map([...files.keys()].map((name) => [name, [] as number[]]))
  const cpu = (file: string, env: Readonly<Record<string, string>> = {}) =>
    Number(
      execFileSync(process.execPath, [child, file], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', ...env },
      }),
    )
  for (let round = 0; round <= rounds; round++) {
    for (const [name, file] of files) {
      const [first, second] =
        round % 2 === 0 ? [cpu(empty), cpu(file, environments[name])] : swap(cpu(file, environments[name]), cpu(empty))
      if (round > 0) ratios.get(name)?.push(second / first)
    }
    progress(round)
  }
  return new Map(
    [...ratios].map(([name, list]) => {
      const { ratio, low, high } = spread(list)
      return [name, { cpuRatioToEmpty: ratio, low, high }]
    }),
  )
}

function swap(a: number, b: number): [number, number] {
  return [b, a]
}

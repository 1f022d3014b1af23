import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'

/** What was built under one name, in bytes. */
export interface BuiltFile {
  readonly name: string
  /** What Node reads before the first request: the entry and what it imports statically. */
  readonly startBytes: number
  /** With what is loaded only when it is needed. */
  readonly bytes: number
  readonly gzipBytes: number
}

/** The sizes of an entry of esbuild's output. `folder` is what its paths are relative to; `entry` is its path there. */
export function measure(name: string, { outputs }: Metafile, { folder, entry }: Place): BuiltFile {
  const reached = (from: string, kinds: readonly string[], found = new Set<string>()): ReadonlySet<string> => {
    if (found.has(from)) return found
    found.add(from)
    for (const { path, kind, external } of outputs[from]?.imports ?? []) {
      if (external !== true && kinds.includes(kind)) reached(path, kinds, found)
    }
    return found
  }
  const all = [...reached(entry, ['import-statement', 'dynamic-import'])].map((path) =>
    readFileSync(join(folder, path)),
  )
  const sizeOf = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0)
  return {
    name,
    startBytes: sizeOf(reached(entry, ['import-statement'])),
    bytes: all.reduce((sum, content) => sum + content.length, 0),
    gzipBytes: all.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0),
  }
}

interface Place {
  readonly folder: string
  readonly entry: string
}

/** The table that `npm run build` prints. */
export function formatTable(files: readonly BuiltFile[]): string {
  const sizes = files.map(({ name, ...sizes }) => [
    name,
    ...[sizes.startBytes, sizes.bytes, sizes.gzipBytes].map((size) => size.toLocaleString('en-US')),
  ])
  const rows = [['bundle', 'bytes at start', 'all bytes', 'gzip'], ...sizes]
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? '').length))
  return rows
    .map(([name = '', ...cells]) =>
      [name.padEnd(width(0)), ...cells.map((cell, index) => cell.padStart(width(index + 1)))].join('  '),
    )
    .join('\n')
}

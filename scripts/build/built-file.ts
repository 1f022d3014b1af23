import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

/** One file of the build and its size in bytes, as it is and compressed. */
export interface BuiltFile {
  readonly name: string
  readonly bytes: number
  readonly gzipBytes: number
}

export function measure(name: string, file: string): BuiltFile {
  const content = readFileSync(file)
  return { name, bytes: content.length, gzipBytes: gzipSync(content, { level: 9 }).length }
}

/** The table that `npm run build` prints. */
export function formatTable(files: readonly BuiltFile[]): string {
  const rows = files.map(({ name, bytes, gzipBytes }) => [name, count(bytes), count(gzipBytes)])
  const all = [['file', 'bytes', 'gzip'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map(([name = '', ...sizes]) =>
      [name.padEnd(widths[0] ?? 0), ...sizes.map((size, index) => size.padStart(widths[index + 1] ?? 0))].join('  '),
    )
    .join('\n')
}

function count(bytes: number): string {
  return bytes.toLocaleString('en-US')
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { HintReading } from '../../domain/assignment/hint.ts'
import { type Finding, type HintScope, toReading } from './finding.ts'

export const scope: HintScope = { source: 'acme-source', organization: 'acme', receivedAt: 1_793_100_000_000 }

/** What a sample says, in short: accounts, `'everybody'`, or `'nobody'`. */
export type Expected = readonly string[] | 'everybody' | 'nobody'

/** Reads each sample of a source with `read`; a sample without an expectation fails, and so does the other way about. */
export function testSamples(
  source: string,
  read: (payload: unknown) => readonly Finding[],
  expected: Readonly<Record<string, Expected>>,
): void {
  const folder = join(import.meta.dirname, '../../../../../events', source, 'samples')
  const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
  it('has an expectation for every sample', () => {
    expect(Object.keys(expected).sort()).toEqual(names.sort())
  })
  it.each(names)('%s', (name) => {
    const payload: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
    const reading = toReading(read(payload), scope)
    expect(inShort(reading)).toEqual(expected[name])
    for (const hint of reading.hints) {
      expect(hint).toMatchObject({ source: scope.source, organization: scope.organization })
      expect(hint.occurredAt).toBeLessThanOrEqual(scope.receivedAt)
    }
  })
}

export function inShort({ hints, refused }: HintReading): Expected | { readonly refused: readonly string[] } {
  if (refused.length > 0) return { refused: refused.map(({ reason }) => reason) }
  if (hints.length === 0) return 'nobody'
  const accounts = hints.map(({ account }) => account)
  return accounts.includes(undefined) ? 'everybody' : accounts.filter((account) => account !== undefined)
}

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CorruptDataFile, DataFile } from './data-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecast-data-'))
})
afterEach(() => rm(folder, { recursive: true }))

function fileAt(path: string) {
  return new DataFile({ path, what: 'a test', schema: v.strictObject({ count: v.number() }) })
}

describe('a data file', () => {
  test('reads what was written last, however many write at once', async () => {
    const file = fileAt(join(folder, 'deep', 'count.json'))
    expect(await file.read()).toBeUndefined()
    await Promise.all(Array.from({ length: 20 }, (_, count) => file.write({ count })))
    expect(await file.read()).toEqual({ count: 19 })
    expect(await readdir(join(folder, 'deep'))).toEqual(['count.json'])
    expect((await stat(file.path)).mode & 0o777).toBe(0o600)
  })

  test('keeps the old content when a write fails, and goes on afterwards', async () => {
    const file = fileAt(join(folder, 'count.json'))
    await file.write({ count: 1 })
    await mkdir(`${file.path}.new`)
    await expect(file.write({ count: 2 })).rejects.toThrow('EISDIR')
    expect(await file.read()).toEqual({ count: 1 })
    await rm(`${file.path}.new`, { recursive: true })
    await file.write({ count: 3 })
    expect(await file.read()).toEqual({ count: 3 })
  })

  test.each([
    ['', 'not JSON'],
    ['{"count":', 'not JSON'],
    ['{"count":"1"}', 'count'],
    ['{"count":1,"more":2}', 'more'],
  ])('holding %s is named as damaged and left alone', async (text, place) => {
    const file = fileAt(join(folder, 'count.json'))
    await writeFile(file.path, text)
    await expect(file.read()).rejects.toThrow(CorruptDataFile)
    await expect(file.read()).rejects.toThrow(`${file.path} is damaged (${place}), so a test cannot start`)
    expect(await readFile(file.path, 'utf8')).toBe(text)
  })
})

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createScimWorld } from './world.ts'

interface Exchange {
  readonly request: {
    readonly method: string
    readonly path: string
    readonly contentType?: string
    readonly body?: unknown
  }
  readonly answer: { readonly status: number; readonly body?: object; readonly absent?: readonly string[] }
  /** Names to be used later, and the members of the answer that they are. */
  readonly save?: Readonly<Record<string, string>>
}

interface Conversation {
  readonly story: string
  readonly exchanges: readonly Exchange[]
}

const folder = join(import.meta.dirname, '../../../events/scim')
const files = globSync('*/*.json', { cwd: folder }).sort()

/** `{name}` in any text of a value, by what was saved. */
function filled<T>(value: T, saved: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/\{(\w+)\}/g, (whole, name) => saved.get(name) ?? whole))
}

describe('what clients really send', () => {
  it('is kept for Okta and Entra', () => {
    expect(files.filter((file) => file.startsWith('okta')).length).toBeGreaterThanOrEqual(6)
    expect(files.filter((file) => file.startsWith('entra')).length).toBeGreaterThanOrEqual(8)
  })

  it.each(files)('%s', async (file) => {
    const { exchanges }: Conversation = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const { call } = createScimWorld()
    const saved = new Map<string, string>()
    for (const [index, { request, answer, save = {} }] of exchanges.entries()) {
      const { method, path, contentType, body } = filled(request, saved)
      const { status, body: answered } = await call(method, path, {
        ...(body === undefined ? {} : { body, headers: { 'content-type': contentType ?? 'application/json' } }),
      })
      const about = `${index + 1}: ${method} ${path} ${JSON.stringify(answered)}`
      expect(status, about).toBe(answer.status)
      if (answer.body !== undefined) expect(answered, about).toMatchObject(filled(answer.body, saved))
      for (const name of answer.absent ?? []) expect(answered, about).not.toHaveProperty([name])
      for (const [name, member] of Object.entries(save)) saved.set(name, answered[member])
    }
  })
})

it('notices an answer that differs', async () => {
  const { call } = createScimWorld()
  const { status, body } = await call('GET', '/Users')
  expect(() => expect({ status, body }).toMatchObject({ status: 200, body: { totalResults: 1 } })).toThrow(
    'to match object',
  )
})

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { memoryStores } from '../../adapters/memory/stores.ts'
import { createScimToken } from './scim-tokens.ts'

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')

function setUp() {
  const { scimTokens } = memoryStores()
  let made = 0
  const randomText = () => {
    made += 1
    return `${'r'.repeat(42)}${made}`
  }
  return { scimTokens, clock: () => 1_000, randomText, hash }
}

it('makes a token that is known by its hash alone', async () => {
  const dependencies = setUp()
  const made = await createScimToken(dependencies, { organization: 'acme', days: 2 })
  if (made.outcome !== 'created') throw new Error(made.outcome)
  expect(made.token).toBe(`rcs_${'r'.repeat(42)}1`)
  expect(made.stored).toEqual({
    organization: 'acme',
    id: expect.stringMatching(/^[A-Za-z0-9]{8}$/),
    hash: hash(made.token),
    createdAt: 1_000,
    expiresAt: 1_000 + 2 * 86_400_000,
  })
  expect(await dependencies.scimTokens.findToken(hash(made.token), 2_000)).toEqual(made.stored)
  expect(JSON.stringify(made.stored)).not.toContain(made.token)
})

it('makes no third one', async () => {
  const dependencies = setUp()
  for (const _ of [1, 2]) await createScimToken(dependencies, { organization: 'acme', days: 2 })
  const third = await createScimToken(dependencies, { organization: 'acme', days: 2 })
  expect(third).toEqual({ outcome: 'too_many', most: 2 })
  expect(await createScimToken(dependencies, { organization: 'globex', days: 2 })).toMatchObject({ outcome: 'created' })
})

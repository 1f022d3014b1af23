import { describe, expect, it } from 'vitest'
import { paperHandle } from '../../../test/support/paper-handles.ts'
import { codeOf, key, rsaKey, shopToken, start, verifierAt } from '../../../test/support/shop-verifier.ts'
import { jwksOf } from '../../../test/support/tokens.ts'
import { permissions } from './middy.ts'

const none = { ageMs: 0, cursor: '1.a', more: false, versions: {}, revisions: {}, confirmed: {}, issued: {}, keys: [] }
const ann = paperHandle('acme', 'ann')

function setUp() {
  const feed = { answer: none as object, down: false, reads: 0 }
  const fetchChanges = async () => {
    feed.reads++
    if (feed.down) throw new Error('down')
    return feed.answer
  }
  return { feed, ...verifierAt({ changes: { fetchChanges } }) }
}

describe('a verifier that follows the change feed', () => {
  it('accepts a young token without waiting, and reads the feed meanwhile', async () => {
    const { verifier, feed } = setUp()
    expect(codeOf(verifier.verifySync(await shopToken()))).toBe('ok')
    expect(feed.reads).toBe(1)
  })

  it('refuses a remembered token within the bound of a removal, and takes the one minted since', async () => {
    const { verifier, feed, time } = setUp()
    const token = await shopToken()
    expect([codeOf(await verifier.verify(token)), codeOf(await verifier.verify(token))]).toEqual(['ok', 'ok'])
    feed.answer = { ...none, versions: { [ann]: 2 } }
    time.at += 11
    expect(codeOf(await verifier.verify(token))).toBe('stale')
    expect(codeOf(verifier.verifySync(token))).toBe('stale')
    expect(codeOf(await verifier.verify(await shopToken(undefined, { rev: [2, 1], iat: time.at })))).toBe('ok')
  })

  it('without waiting says that it cannot know yet', async () => {
    const { verifier, time } = setUp()
    const token = await shopToken()
    time.at += 20
    expect(codeOf(verifier.verifySync(token))).toBe('freshness_unknown')
    expect(codeOf(await verifier.verify(token))).toBe('ok')
    expect(codeOf(verifier.verifySync(token))).toBe('ok')
  })

  it('refuses writes first, then everything, while the feed cannot be read', async () => {
    const { verifier, feed, time } = setUp()
    feed.down = true
    const token = await shopToken(undefined, { exp: start + 840 })
    const codes: string[] = []
    for (const age of [60, 61, 300, 301]) {
      time.at = start + age
      codes.push(codeOf(await verifier.verify(token)), codeOf(await verifier.verify(token, { mayWrite: false })))
    }
    const unknown = 'freshness_unknown'
    expect(codes).toEqual(['ok', 'ok', unknown, 'ok', unknown, 'ok', unknown, unknown])
  })

  it('tells reading from writing in the middleware', async () => {
    const { verifier, feed, time } = setUp()
    feed.down = true
    const { before } = permissions({ verifier })
    const headers = { authorization: `Bearer ${await shopToken()}` }
    time.at += 100
    const answers = [
      { requestContext: { http: { method: 'GET' } }, headers },
      { requestContext: { http: { method: 'PUT' } }, headers },
      { requestContext: {}, httpMethod: 'HEAD', headers },
      { requestContext: {}, headers },
    ].map(async (event) => (await before({ event, context: {} }))?.statusCode)
    expect(await Promise.all(answers)).toEqual([undefined, 401, undefined, 401])
  })

  it('ends a key that was removed, whatever key sets still hold it', async () => {
    const { verifier, feed, time } = setUp()
    const token = await shopToken()
    expect(codeOf(await verifier.verify(token))).toBe('ok')
    feed.answer = { ...none, keys: [key.kid] }
    time.at += 11
    await verifier.verify(token)
    expect(codeOf(await verifier.verify(token))).toBe('unknown_key')
    expect(verifier.updateKeys(jwksOf(key, rsaKey))).toBe(true)
    expect(codeOf(await verifier.verify(token))).toBe('unknown_key')
  })
})

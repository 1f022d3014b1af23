import { StoreUnavailable } from '@rolecast/core/application/ports'
import { describe, expect, it } from 'vitest'
import { httpApiEvent } from '../../test/support/http-api-event.ts'
import { changes } from './changes-route.ts'
import { readEvent } from './http.ts'

const page = {
  ageMs: 3,
  cursor: '1.abc',
  more: false,
  versions: { AcmeAcmeAnnAnnAn: 2 },
  revisions: {},
  confirmed: {},
  issued: {},
  keys: [],
}

function setUp() {
  const asked: unknown[] = []
  const changeFeed = {
    readPage: async (question: object) => {
      asked.push(question)
      return { ok: true, value: page } as const
    },
  }
  const dependencies = { changeFeed, catalogs: new Map([['shop', {}]]) }
  const call = (query: string) => changes(dependencies, readEvent(httpApiEvent({ path: '/changes', query })))
  return { asked, call, dependencies }
}

describe('GET /changes', () => {
  it('answers a page of the feed, without a token, and nobody keeps it', async () => {
    const { asked, call } = setUp()
    const { status, headers, body = '' } = await call('application=shop&after=1.xyz')
    expect([status, JSON.parse(body)]).toEqual([200, page])
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    await call('application=shop')
    expect(asked).toEqual([{ application: 'shop', after: '1.xyz' }, { application: 'shop' }])
  })

  it.each([
    ['', 'invalid_request'],
    ['application=', 'invalid_request'],
    ['application=shop&application=shop', 'invalid_request'],
    ['application=shop&after=a&after=b', 'invalid_request'],
    ['application=other', 'unknown_application'],
  ])('refuses "%s"', async (query, code) => {
    const { asked, call } = setUp()
    const { status, body = '' } = await call(query)
    expect([status, JSON.parse(body).code]).toEqual([400, code])
    expect(asked).toEqual([])
  })

  it('leaves it to the handler to say that the log cannot be read', async () => {
    const { dependencies } = setUp()
    const changeFeed = { readPage: () => Promise.reject(new StoreUnavailable('down')) }
    const request = readEvent(httpApiEvent({ path: '/changes', query: 'application=shop' }))
    await expect(changes({ ...dependencies, changeFeed }, request)).rejects.toThrow(StoreUnavailable)
  })
})

import { CompactSign, errors, exportJWK, generateKeyPair, type JWTVerifyGetKey } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { EventKeysUnavailable } from '../../application/sync/ports.ts'
import { EventBridgeReader, largestEventBytes } from './event-bridge-reader.ts'
import { signatureType } from './event-signature.ts'

const now = 1_762_000_000_000
const detail = {
  eventId: 'e1',
  organization: 'acme',
  account: 'ada',
  version: 7,
  status: 'active',
  roles: [{ application: 'shop', role: 'clerk' }],
  occurredAt: now - 1_000,
}
const envelope = (more: object = {}) => ({
  version: '0',
  id: 'x',
  'detail-type': 'Account Stated',
  source: 'ix',
  account: '111111111111',
  time: '2026-11-22T00:00:00Z',
  detail,
  ...more,
})
const reader = new EventBridgeReader()
const read = async (event: unknown, by = reader) => (await by.readEvents(JSON.stringify(event), now))[0]
const codeOf = async (event: unknown, by = reader) => {
  const outcome = await read(event, by)
  return outcome?.ok === false ? outcome.refusal.code : undefined
}

describe('what EventBridge put into the queue', () => {
  it('is read as the whole state of one account', async () => {
    const { eventId, ...statement } = detail
    expect(await read(envelope())).toEqual({
      ok: true,
      value: {
        kind: 'stated',
        source: 'ix',
        eventId,
        occurredAt: detail.occurredAt,
        digest: expect.any(String),
        statement,
      },
    })
  })

  it('has the same digest for the same content in whatever order, and another for another', async () => {
    const digest = async (more: object) => {
      const outcome = await read(envelope({ detail: { ...detail, ...more } }))
      return outcome?.ok ? outcome.value.digest : undefined
    }
    const roles = [
      { role: 'clerk', application: 'shop' },
      { application: 'desk', role: 'agent' },
    ]
    const base = await digest({ roles })
    expect(await digest({ roles: roles.toReversed(), eventId: 'e2' })).toBe(base)
    for (const more of [{ roles: [] }, { roles, version: 8 }, { roles, account: 'bob' }, { roles, occurredAt: now }]) {
      expect(await digest(more)).not.toBe(base)
    }
  })

  it.each([
    ['event_malformed', 'x'],
    ['event_malformed', {}],
    ['event_malformed', envelope({ source: 7 })],
    ['event_malformed', envelope({ detail: 'x' })],
    ['event_malformed', envelope({ detail: { ...detail, until: 1 } })],
    ['event_without_version', envelope({ detail: { ...detail, version: undefined } })],
    ['event_without_version', envelope({ detail: { ...detail, version: null } })],
    ['event_unknown_type', envelope({ 'detail-type': 'Account Deleted' })],
    ['event_unknown_type', envelope({ 'detail-type': 'account stated' })],
    ['event_unknown_version', envelope({ 'detail-type': 'Account Stated v2' })],
    ['event_too_large', envelope({ filler: 'x'.repeat(largestEventBytes) })],
  ] as const)('is refused as %s: %j', async (code, event) => {
    expect(await codeOf(event)).toBe(code)
  })

  it('is refused where a member is repeated: two readers could take a different one', async () => {
    const text = JSON.stringify(envelope()).replace('"version":7', '"version":7,"version":8')
    expect(await reader.readEvents(text, now)).toMatchObject([{ ok: false, refusal: { code: 'event_malformed' } }])
  })

  it('says nothing of its content in what is wrong with it', async () => {
    const outcome = await read(envelope({ detail: { ...detail, account: 'a secret name' } }))
    expect(outcome).toEqual({
      ok: false,
      refusal: { code: 'event_malformed', evidence: { detail: 'account is not as the contract says' } },
    })
  })

  it('is read by the partner’s format where it is a partner’s', async () => {
    const hint = { source: 'okta', organization: 'acme', account: 'ada', occurredAt: now, reason: 'r' }
    const partner = new EventBridgeReader({
      readPartner: (event) =>
        JSON.stringify(event).includes('"source":"aws.partner/')
          ? [{ hints: [{ ...hint, eventId: 'p~1' }], ignored: 1, refused: [{ index: 1, reason: 'no target' }] }]
          : undefined,
    })
    const event = envelope({ source: 'aws.partner/okta.com/x', 'detail-type': 'whatever', detail: {} })
    expect(await partner.readEvents(JSON.stringify(event), now)).toMatchObject([
      { ok: true, value: { kind: 'hinted', source: 'aws.partner/okta.com/x', eventId: 'p~1', account: 'ada' } },
      { ok: false, refusal: { code: 'event_malformed', evidence: { detail: 'no target' } } },
    ])
    expect(await codeOf(event)).toBe('event_unknown_type')
  })
})

describe('a source that has to sign', () => {
  let sign: (payload: unknown, header?: object) => Promise<string>
  let signing: EventBridgeReader
  let publicKey: Awaited<ReturnType<typeof generateKeyPair>>['publicKey']

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256')
    publicKey = pair.publicKey
    expect((await exportJWK(publicKey)).kty).toBe('EC')
    sign = (payload, header = {}) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: signatureType, ...header })
        .sign(pair.privateKey)
    signing = new EventBridgeReader({ keys: new Map([['ix', async () => publicKey]]) })
  })

  it('is believed with its signature over the very detail, in whatever order of members', async () => {
    const jws = await sign(Object.fromEntries(Object.entries(detail).toReversed()))
    expect(await read(envelope({ detail: { ...detail, jws } }), signing)).toMatchObject({ ok: true })
  })

  it('is not believed without', async () => {
    expect(await codeOf(envelope(), signing)).toBe('event_unsigned')
  })

  it.each([
    ['another account', { ...detail, account: 'bob' }, {}],
    ['less', { eventId: 'e1' }, {}],
    ['more', { ...detail, until: 1 }, {}],
    ['something of another type', detail, { typ: 'JWT' }],
    ['something without a type', detail, { typ: undefined }],
  ])('is not believed where it signed %s', async (_what, payload, header) => {
    const jws = await sign(payload, header)
    expect(await codeOf(envelope({ detail: { ...detail, jws } }), signing)).toBe('event_signature_invalid')
  })

  it('is not believed with the signature of somebody else, or none at all', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const text = new TextEncoder().encode(JSON.stringify(detail))
    const header = { alg: 'ES256', typ: signatureType }
    const foreign = await new CompactSign(text).setProtectedHeader(header).sign(privateKey)
    const [, payload = ''] = foreign.split('.')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.AA`
    for (const jws of [foreign, none]) {
      expect(await codeOf(envelope({ detail: { ...detail, jws } }), signing)).toBe('event_signature_invalid')
    }
  })

  it('is asked for nothing else: what it says of others is judged elsewhere', async () => {
    expect(await read(envelope({ source: 'other' }), signing)).toMatchObject({ ok: true })
  })

  it('waits where its keys cannot be had', async () => {
    const gone: JWTVerifyGetKey = async () => {
      throw new errors.JWKSInvalid('no key set')
    }
    const waiting = new EventBridgeReader({ keys: new Map([['ix', gone]]) })
    const jws = await sign(detail)
    await expect(read(envelope({ detail: { ...detail, jws } }), waiting)).rejects.toThrow(EventKeysUnavailable)
  })
})

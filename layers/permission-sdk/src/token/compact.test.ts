import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { decodeSegment, decodeText } from './compact.ts'

/** Characters of base64url, and some that a decoder may take for them: by their low byte, as plain base64, or by skipping. */
const character = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...'ABCxyz019-_wQg') },
  fc.constantFrom('=', ' ', '+', '/', '.', '\0', '\u0141', '\u0241', '\u00c1', '\u4141', '\ud800'),
)
const segment = fc.array(character, { maxLength: 20 }).map((all) => all.join(''))

/** What there is to decode when the text is exactly what would be written for it. */
function canonical(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

function utf8(bytes: Buffer | undefined): string | undefined {
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

describe('a segment', () => {
  test.prop([segment], { numRuns: 2_000 })('is decoded only where it is canonical base64url', (text) => {
    expect(decodeSegment(text)).toEqual(canonical(text))
    expect(decodeText(text)).toBe(utf8(canonical(text)))
  })

  it.each(['\u0141AAA', 'e30\u0141', 'AA\u0141\u4141'])('has no letters beyond Latin: %j', (text) => {
    expect([decodeSegment(text), decodeText(text)]).toEqual([undefined, undefined])
  })
})

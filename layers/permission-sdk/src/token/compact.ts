/** Longer tokens are refused unread (characters): gateways limit all headers together to about 10 KB. */
export const longestToken = 8192

/** The three segments of a JWS in compact form (RFC 7515 section 7.1), still encoded. */
export interface CompactToken {
  readonly token: string
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** How many characters of `token` are signed: header, dot, payload. */
  readonly signedLength: number
}

/** Splits at the dots; `undefined` unless there are exactly three segments, none of them empty. */
export function splitCompact(token: string): CompactToken | undefined {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 1 || second < first + 2 || second === token.length - 1 || token.includes('.', second + 1))
    return undefined
  return {
    token,
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signedLength: second,
  }
}

/** Characters that may end a segment of two or three more than a multiple of four: their unused bits are zero. */
const lastOfTwo = 'AQgw'
const lastOfThree = 'AEIMQUYcgkosw048'

/**
 * Decodes a segment; `undefined` unless it is canonical base64url. Node skips what it does not know, which shows in the
 * length, and reads the alphabet of plain base64, too.
 */
export function decodeSegment(segment: string): Buffer | undefined {
  const { length } = segment
  const rest = length & 3
  if (rest === 1 || segment.includes('+') || segment.includes('/')) return undefined
  if (rest !== 0 && !(rest === 2 ? lastOfTwo : lastOfThree).includes(segment.charAt(length - 1))) return undefined
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.length === (length * 3) >>> 2 ? bytes : undefined
}

/** Decodes a segment to text; `undefined` unless it is canonical base64url of valid UTF-8. */
export function decodeText(segment: string | undefined): string | undefined {
  const bytes = segment === undefined ? undefined : decodeSegment(segment)
  const text = bytes?.toString('utf8')
  // The replacement character stands for what is not UTF-8, or for itself: only then the two have to be told apart.
  return text?.includes('\ufffd') && !bytes?.equals(Buffer.from(text)) ? undefined : text
}

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

/** Decodes a segment; `undefined` unless it is canonical base64url. */
export function decodeSegment(segment: string): Buffer | undefined {
  return isCanonical(segment) ? Buffer.from(segment, 'base64url') : undefined
}

/** Of the alphabet of base64url (Node would read plain base64, and the low byte of anything), and unused bits are zero. */
function isCanonical(segment: string): boolean {
  const rest = segment.length & 3
  if (rest === 1 || !/^[\w-]*$/.test(segment)) return false
  return rest === 0 || (rest === 2 ? lastOfTwo : lastOfThree).includes(segment.charAt(segment.length - 1))
}

// Scratch memory is safe here: decoding is synchronous and nothing keeps a view of it.
const scratch = Buffer.allocUnsafeSlow(longestToken)

/** Decodes a segment to text; `undefined` unless it is canonical base64url of valid UTF-8, or where it is too long. */
export function decodeText(segment: string | undefined): string | undefined {
  if (segment === undefined || segment.length > longestToken || !isCanonical(segment)) return undefined
  const length = scratch.write(segment, 0, 'base64url')
  const text = scratch.toString('utf8', 0, length)
  // The replacement character stands for what is not UTF-8, or for itself: only then the two have to be told apart.
  return text.includes('\ufffd') && !scratch.subarray(0, length).equals(Buffer.from(text)) ? undefined : text
}

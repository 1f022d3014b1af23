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

// Scratch memory is safe here: decoding is synchronous and nothing keeps a view of it.
const scratch = Buffer.allocUnsafeSlow(longestToken)

/**
 * Decodes into the scratch memory and returns how many bytes there are; `undefined` unless the segment is canonical
 * base64url: exactly what is written for these bytes.
 */
function decode(segment: string): number | undefined {
  if (segment.length > longestToken) return undefined
  const length = scratch.write(segment, 0, 'base64url')
  return scratch.toString('base64url', 0, length) === segment ? length : undefined
}

/** Decodes a segment; `undefined` unless it is canonical base64url, or where it is too long. */
export function decodeSegment(segment: string): Buffer | undefined {
  const length = decode(segment)
  return length === undefined ? undefined : Buffer.from(scratch.subarray(0, length))
}

/** Decodes a segment to text; `undefined` unless it is canonical base64url of valid UTF-8, or where it is too long. */
export function decodeText(segment = ''): string | undefined {
  const length = decode(segment)
  if (length === undefined) return undefined
  const text = scratch.toString('utf8', 0, length)
  // The replacement character stands for what is not UTF-8, or for itself: only then the two have to be told apart.
  return text.includes('\ufffd') && !scratch.subarray(0, length).equals(Buffer.from(text)) ? undefined : text
}

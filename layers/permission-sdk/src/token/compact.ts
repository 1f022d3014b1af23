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

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Decodes a segment; `undefined` unless it is canonical base64url. */
export function decodeSegment(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.toString('base64url') === segment ? bytes : undefined
}

/** Decodes a segment to text; `undefined` unless it is canonical base64url of valid UTF-8. */
export function decodeText(segment: string | undefined): string | undefined {
  const bytes = segment === undefined ? undefined : decodeSegment(segment)
  if (bytes === undefined) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

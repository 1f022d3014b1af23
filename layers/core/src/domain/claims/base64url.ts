/** base64url without padding (RFC 4648 section 5), canonical: one text per byte sequence. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Int8Array(128).fill(-1)
for (let index = 0; index < 64; index++) values[alphabet.charCodeAt(index)] = index

export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    text += alphabet.charAt(group >>> 18) + alphabet.charAt((group >>> 12) & 63)
    if (left > 1) text += alphabet.charAt((group >>> 6) & 63)
    if (left > 2) text += alphabet.charAt(group & 63)
  }
  return text
}

/**
 * Decodes `text` from position `from`. Returns `undefined` for anything `encodeBase64url` would not have written:
 * padding, another alphabet, an impossible length, bits set behind the last byte.
 */
export function decodeBase64url(text: string, from = 0): Uint8Array | undefined {
  const characters = text.length - from
  if (characters % 4 === 1) return undefined
  const bytes = new Uint8Array((characters * 3) >>> 2)
  let group = 0
  let bits = 0
  let at = 0
  for (let index = from; index < text.length; index++) {
    const value = values[text.charCodeAt(index)] ?? -1
    if (value < 0) return undefined
    group = ((group << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = group >>> bits
    }
  }
  return (group & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

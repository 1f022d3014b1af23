/** Reads a body as UTF-8 text, at most `maxBytes` of it (after decompression); the rest is never taken in. */
export async function readBoundedBody(
  response: Response,
  maxBytes: number,
): Promise<{ readonly text: string } | { readonly unreadable: string }> {
  const tooLarge = { unreadable: `more than ${maxBytes} bytes` }
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await discardBody(response)
    return tooLarge
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let bytes = 0
  let text = ''
  const reader = response.body?.getReader()
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel().catch(ignore)
      return tooLarge
    }
    const more = decoded(() => decoder.decode(value, { stream: true }))
    if (more === undefined) {
      await reader.cancel().catch(ignore)
      return notText
    }
    text += more
  }
  const last = decoded(() => decoder.decode())
  return last === undefined ? notText : { text: text + last }
}

/** Lets go of a body that nobody wants, so that its connection can be used again or closed. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(ignore)
}

const notText = { unreadable: 'not UTF-8' }

function decoded(decode: () => string): string | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}

// Only cancelling may fail unheard: the connection is then broken already, and the answer does not depend on it.
function ignore(): void {}

import type { IncomingMessage } from 'node:http'

/** The body of a request, or `undefined` when it is longer than `most` bytes; what comes after is read and forgotten. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= most) chunks.push(chunk)
  }
  return bytes > most ? undefined : Buffer.concat(chunks)
}

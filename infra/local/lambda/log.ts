import type { Readable } from 'node:stream'

/** Takes one line that a function or a part of the local stack wrote. `source` is the function's name. */
export type Log = (source: string, line: string) => void

/** Hands on what a stream says, line by line; the rest without a line end comes when the stream does. */
export function logLines(stream: Readable, source: string, log: Log): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) log(source, line)
  })
  stream.on('end', () => {
    if (rest !== '') log(source, rest)
  })
}

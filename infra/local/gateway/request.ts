/** A request as it reached the gateway. */
export interface GatewayRequest {
  readonly id: string
  readonly method: string
  /** As sent: percent-encoded, without the query. */
  readonly path: string
  /** As sent, without the question mark. */
  readonly query: string
  readonly protocol: string
  /** In the client's case and order; without what only concerns the connection. */
  readonly headers: readonly Header[]
  readonly headerBytes: number
  readonly requestLineBytes: number
  /** Empty when the client sent more than the gateway takes: see `bodyTooLarge`. */
  readonly body: Buffer
  readonly bodyTooLarge: boolean
  readonly sourceIp: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

/** A request with what routing found out about it, at either kind of API. */
export interface Routed<Api, Stage> {
  readonly request: GatewayRequest
  readonly api: Api
  readonly stage: Stage
  /** Without the stage. */
  readonly path: string
  /** Decoded. */
  readonly pathParameters: Readonly<Record<string, string>>
}

export type Header = readonly [name: string, value: string]

export interface GatewayAnswer {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body: string | Buffer
}

/** All values of a header, in order; names compare without case. */
export function headerValues(request: GatewayRequest, name: string): readonly string[] {
  const asked = name.toLowerCase()
  return request.headers.filter(([given]) => given.toLowerCase() === asked).map(([, value]) => value)
}

/** The last value of each query parameter and all of them, decoded (`+` is a space). */
export function queryParameters(query: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(query)) {
    const values = found.get(name)
    if (values === undefined) found.set(name, [value])
    else values.push(value)
  }
  return found
}

/** `12/Mar/2026:19:03:58 +0000`, the time of a request context. */
export function requestTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

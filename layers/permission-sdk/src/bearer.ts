import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'

/** Headers as gateways deliver them: names in any case, absent maps null. */
export interface HeaderMaps {
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined
}

const scheme = /^bearer +(?=[^ ])/i

/** The token of an `Authorization` value (RFC 6750 section 2.1). Refuses with `no_token`. */
export function readBearer(value: unknown): Outcome<string> {
  if (typeof value !== 'string') return refuse('no_token')
  if (value.startsWith('Bearer ') && value.charCodeAt(7) > 32) return accept(value.slice(7))
  const prefix = scheme.exec(value)
  return prefix === null ? refuse('no_token') : accept(value.slice(prefix[0].length))
}

/** The one bearer token of a request. Two `Authorization` headers are refused (`malformed_token`), never chosen from. */
export function findBearer({ headers, multiValueHeaders }: HeaderMaps): Outcome<string> {
  const names = Object.keys(headers ?? {}).filter(isAuthorization)
  const several = Object.keys(multiValueHeaders ?? {}).filter(isAuthorization)
  const [name] = names
  const [multi] = several
  const values = multi === undefined ? [] : (multiValueHeaders?.[multi] ?? [])
  if (names.length > 1 || several.length > 1 || values.length > 1) {
    return refuse('malformed_token', { part: 'authorization' })
  }
  const value = name === undefined ? values[0] : headers?.[name]
  if (values[0] !== undefined && value !== values[0]) return refuse('malformed_token', { part: 'authorization' })
  return readBearer(value)
}

function isAuthorization(name: string): boolean {
  return name.length === 13 && name.toLowerCase() === 'authorization'
}

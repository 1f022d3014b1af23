import { type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { readBearer } from './bearer.ts'

/** Headers as gateways deliver them: names in any case, absent maps null. */
export interface HeaderMaps {
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined
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

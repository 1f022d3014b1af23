import * as v from 'valibot'
import { identityAdmins, type SettingsOf, type SourceKind } from '../environment/identity-admins.ts'

export type Answer = (url: URL, request: Request) => Response | Promise<Response>

/** Answers by the path and query of a request; the first pattern that fits counts. */
export type Script = Readonly<Record<string, Answer>>

/** Surroundings whose source answers by a script, under a clock that only waiting moves; and what it was asked. */
export function scripted(script: Script) {
  const time = { now: 1_800_000_000_000 }
  const requests: Request[] = []
  const fetcher: typeof fetch = async (input, init) => {
    const request = new Request(input instanceof Request ? input : String(input), init)
    const url = new URL(request.url)
    requests.push(request)
    if (/\/token$/.test(url.pathname)) {
      return Response.json({ access_token: 'token-that-must-not-be-seen', token_type: 'Bearer', expires_in: 600 })
    }
    const fits = Object.entries(script).find(([pattern]) => new RegExp(pattern).test(url.pathname + url.search))
    return fits === undefined ? Promise.reject(new TypeError(`nobody asks for ${url}`)) : fits[1](url, request)
  }
  const wait = async (ms: number) => {
    time.now += ms
  }
  return { time, requests, surroundings: { clock: () => time.now, random: () => 0.5, fetch: fetcher, wait } }
}

/** Settings as a deployment gives them. */
export function settingsOf<Kind extends SourceKind>(
  settings: { readonly kind: Kind } & Readonly<Record<string, unknown>>,
) {
  const [read] = v.parse(identityAdmins, [{ name: 'a-source', ...settings }])
  return read as SettingsOf<Kind>
}

/** The answer to everything, as JSON. */
export function always(body: unknown, init: ResponseInit = {}): Answer {
  return () => Response.json(body, init)
}

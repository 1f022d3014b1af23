import * as v from 'valibot'
import type { SignalAnswer, SignalPoll, SignalTransmitter } from '../../../application/sync/ports.ts'
import { parseStrictJson } from '../../../domain/claims/strict-json.ts'
import { discardBody, readBoundedBody } from '../../identity-admins/http/bounded-body.ts'
import type { ConnectionSecret } from '../connection-secret.ts'

const timeoutMs = 5_000
const mostBytes = 4 * 1024 * 1024

const document = v.object({
  sets: v.record(v.string(), v.string()),
  moreAvailable: v.optional(v.boolean(), false),
})

/** A transmitter that is polled over HTTP (RFC 8936), with the secret of the connection as bearer token. */
export class PolledTransmitter implements SignalTransmitter {
  readonly #endpoint: string
  readonly #secret: ConnectionSecret

  constructor({ endpoint, secret }: { readonly endpoint: string; readonly secret: ConnectionSecret }) {
    this.#endpoint = endpoint
    this.#secret = secret
  }

  async poll({ ack, setErrs, maxEvents }: SignalPoll): Promise<SignalAnswer> {
    const { secret } = await this.#secret.read()
    const errors = Object.keys(setErrs).length > 0 ? { setErrs } : {}
    const request = { maxEvents, returnImmediately: true, ...(ack.length > 0 ? { ack } : {}), ...errors }
    try {
      const response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: `Bearer ${secret}`,
        },
        body: JSON.stringify(request),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (response.status !== 200) {
        await discardBody(response)
        return { outcome: 'failed', reason: [401, 403].includes(response.status) ? 'refused' : 'status' }
      }
      return read(await readBoundedBody(response, mostBytes))
    } catch {
      // fetch has no error that tells more: no connection, too slow, redirected, cut off.
      return { outcome: 'failed', reason: 'network' }
    }
  }
}

function read(body: { readonly text: string } | { readonly unreadable: string }): SignalAnswer {
  const json = 'text' in body ? parseStrictJson(body.text) : undefined
  const parsed = v.safeParse(document, json?.value)
  if (!parsed.success) return { outcome: 'failed', reason: 'garbage' }
  const { sets, moreAvailable } = parsed.output
  return { outcome: 'events', sets: new Map(Object.entries(sets)), moreAvailable }
}

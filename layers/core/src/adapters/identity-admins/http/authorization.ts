import type { Failure } from './attempt.ts'

/** What an `Authorization` header says. */
export interface Credential {
  readonly end: 'credential'
  readonly header: string
}

/** How we show a source who we are. */
export interface Authorization {
  /** Ends at the latest when `signal` does. */
  credential(signal: AbortSignal): Promise<Credential | Failure>
  /** The source has refused this one, and it is not used again. `false` where there is no other to be had. */
  discard(credential: Credential): boolean
}

/** A token that was given to us as it is; `scheme` is what precedes it in the header. */
export class GivenToken implements Authorization {
  readonly #credential: Credential

  constructor(scheme: 'Bearer' | 'SSWS', token: string) {
    this.#credential = { end: 'credential', header: `${scheme} ${token}` }
  }

  async credential(): Promise<Credential> {
    return this.#credential
  }

  discard(): boolean {
    return false
  }
}

import { ask, type ProbeHttp } from './probe-refused.ts'

export interface ScimMembershipOptions extends ProbeHttp {
  readonly url: string
  readonly group: string
  readonly user: string
  /** Bearer token of the organization. */
  readonly token: () => Promise<string>
}

const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** A role by membership of a group, changed at a SCIM service provider (RFC 7644 section 3.5.2). @throws {ProbeRefused} */
export class ScimMembership {
  readonly #options: ScimMembershipOptions

  constructor(options: ScimMembershipOptions) {
    this.#options = options
  }

  giveRole(): Promise<void> {
    return this.#patch({ op: 'add', path: 'members', value: [{ value: this.#options.user }] })
  }

  takeRole(): Promise<void> {
    return this.#patch({ op: 'remove', path: `members[value eq ${JSON.stringify(this.#options.user)}]` })
  }

  async #patch(operation: object): Promise<void> {
    const { url, group, token } = this.#options
    await ask(this.#options, 'the SCIM service provider', {
      url: `${url.replace(/\/$/, '')}/Groups/${encodeURIComponent(group)}`,
      method: 'PATCH',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ schemas: [patchOp], Operations: [operation] }),
    })
  }
}

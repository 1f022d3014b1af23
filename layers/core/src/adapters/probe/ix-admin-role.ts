import * as v from 'valibot'
import { ask, type ProbeHttp, ProbeRefused } from './probe-refused.ts'

export interface IxAdminRoleOptions extends ProbeHttp {
  readonly url: string
  readonly organization: string
  readonly account: string
  readonly actingAccount: string
  readonly application: string
  readonly role: string
  /** An access token of the client that may write roles. */
  readonly token: () => Promise<string>
}

const statement = v.object({ roles: v.array(v.object({ application: v.string(), role: v.string() })) })

/** A role in iX Admin, changed on condition that nobody else changes the account meanwhile. @throws {ProbeRefused} */
export class IxAdminRole {
  readonly #options: IxAdminRoleOptions

  constructor(options: IxAdminRoleOptions) {
    this.#options = options
  }

  giveRole(): Promise<void> {
    return this.#change(true)
  }

  takeRole(): Promise<void> {
    return this.#change(false)
  }

  async #change(held: boolean): Promise<void> {
    const { url, organization, account, actingAccount, application, role } = this.#options
    const authorization = `Bearer ${await this.#options.token()}`
    const path = `/v1/organizations/${encodeURIComponent(organization)}/accounts/${encodeURIComponent(account)}`
    const target = `${url.replace(/\/$/, '')}${path}`
    const { text, headers } = await ask(this.#options, 'iX Admin', { url: target, headers: { authorization } })
    const others = rolesIn(text).filter((each) => each.application !== application || each.role !== role)
    await ask(this.#options, 'iX Admin', {
      url: `${target}/roles`,
      method: 'PUT',
      headers: {
        authorization,
        'content-type': 'application/json',
        'if-match': headers.get('etag') ?? '',
        'acting-account': actingAccount,
      },
      body: JSON.stringify({ roles: held ? [...others, { application, role }] : others }),
    })
  }
}

function rolesIn(text: string): v.InferOutput<typeof statement>['roles'] {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), statement), text)
  if (!read.success) throw new ProbeRefused('iX Admin gave an answer that cannot be read')
  return read.output.roles
}

import type { AccountKey, RoleAssignment } from '@rolecast/core/domain/assignment/statement'

/** A machine client with the scopes `statements:read` and `roles:write`, and the account it acts for. */
export interface Administrator {
  /** Where iX Admin answers. */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** An Organization Admin of the organization whose accounts are changed. */
  readonly actingAccount: string
}

/** iX Admin did not do what was asked; `status` and `problem` are its answer. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused'
  readonly status: number
  readonly problem: string

  constructor(status: number, problem: string) {
    super(`iX Admin answered ${status}: ${problem}`)
    this.status = status
    this.problem = problem
  }
}

/**
 * Changes an account's roles as an administrator does on the page "Manage Roles": reads them, applies `change`, and saves on
 * condition that nobody else has changed them meanwhile. Gives the version that came of it.
 * @throws ChangeRefused
 */
export async function changeRoles(
  administrator: Administrator,
  key: AccountKey,
  change: (roles: readonly RoleAssignment[]) => readonly RoleAssignment[],
): Promise<number> {
  const authorization = `Bearer ${await accessToken(administrator)}`
  const account = `${administrator.url}/v1/organizations/${encodeURIComponent(key.organization)}/accounts/${encodeURIComponent(key.account)}`
  const read = await answered(await fetch(account, { headers: { authorization } }))
  const { roles } = (await read.json()) as { roles: readonly RoleAssignment[] }
  const headers = {
    authorization,
    'content-type': 'application/json',
    'if-match': read.headers.get('etag') ?? '',
    'acting-account': administrator.actingAccount,
  }
  const body = JSON.stringify({ roles: change(roles) })
  const written = await answered(await fetch(`${account}/roles`, { method: 'PUT', headers, body }))
  return ((await written.json()) as { version: number }).version
}

async function accessToken({ url, clientId, clientSecret }: Administrator): Promise<string> {
  const credentials = [clientId, clientSecret].map((each) => new URLSearchParams([['', each]]).toString().slice(1))
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(credentials.join(':'))}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await (await answered(response)).json()) as { access_token: string }
  return access_token
}

async function answered(response: Response): Promise<Response> {
  if (response.ok) return response
  const { title, error } = (await response.json()) as { title?: string; error?: string }
  throw new ChangeRefused(response.status, title ?? error ?? '')
}

import { accessProduct } from '@rolecast/core/adapters/probe/product'
import type { SyntheticAccount } from '@rolecast/core/application/promise/ports'
import { type Person, synthetic } from '../../infra/local/demo-data.ts'
import { changeRoles } from '../../infra/local/ix-admin/administrator.ts'
import type { Running } from '../../infra/local/running.ts'
import { Visitor } from '../tour/people.ts'
import { readCounts } from './counts.ts'
import type { ProbedSystem } from './run-probe.ts'

const application = 'customer-v2'
const role = { application, role: 'flow_viewer' }
/** The provider's tokens live for ten minutes. */
const signedInForMs = 300_000

const deadlineMs = 5_000

/** The running system: changes in iX Admin, accesses at the HTTP API. */
export function localSystem(running: Running, accounts: number): ProbedSystem {
  const flows = `${running.urls.httpApi}/flows`
  return {
    accounts: synthetic.slice(0, accounts).map((person) => localAccount(running, person)),
    // A route that needs the role, and asks nobody in order to allow.
    access: (token) => accessProduct({ fetch, deadlineMs }, flows, token),
    viewer: tokensOf(running, 'globex.vera'),
    counts: () => readCounts(running.services.events),
  }
}

/** Signs in at the identity provider, now and then, and exchanges that for a new token of the product. */
function tokensOf(running: Running, username: string): () => Promise<string> {
  let visitor: Promise<Visitor> | undefined
  let since = 0
  return async () => {
    if (visitor === undefined || Date.now() - since > signedInForMs) {
      since = Date.now()
      visitor = Visitor.signIn(running, username)
    }
    const { status, token } = await (await visitor).exchange(application)
    if (status !== 200) throw new Error(`${username} got no token: ${status}`)
    return token
  }
}

/** A synthetic person of the running system; an Organization Admin changes the role in iX Admin, which acknowledges with a 200. */
function localAccount(running: Running, person: Person): SyntheticAccount {
  const { organization, account, username } = person
  const administrator = {
    url: running.urls.ixAdmin,
    ...running.adminClient,
    actingAccount: `${organization}-olga`,
  }
  const setRoles = async (roles: readonly (typeof role)[]) => {
    await changeRoles(administrator, { organization, account }, () => roles)
  }
  return {
    name: username,
    giveRole: () => setRoles([role]),
    takeRole: () => setRoles([]),
    signIn: tokensOf(running, username),
  }
}

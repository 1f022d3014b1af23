import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AccountKey, RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import { type Html, html } from '../html.ts'
import { type Account, type Accounts, type Change, etagOf, sameRole } from './accounts.ts'
import { type Reply, readText } from './http.ts'
import { messagePage, personPage, rolesPage, searchPage, signInPage, styleSheet } from './pages.ts'

const COOKIE = 'ix-admin-session'

/**
 * The pages by which a person changes roles, in the six steps of the guide: log in, search, select, Manage Roles, add or remove,
 * Save. Logging in is choosing who one is; what that person may do is checked for every page and every change.
 */
export class Site {
  readonly #accounts: Accounts
  readonly #sessions = new Map<string, AccountKey>()

  constructor(accounts: Accounts) {
    this.#accounts = accounts
  }

  async answer(request: IncomingMessage, url: URL): Promise<Reply> {
    const form = request.method === 'POST' ? await readForm(request) : undefined
    if (request.method === 'GET' && url.pathname === '/style.css') {
      return { status: 200, headers: { 'content-type': 'text/css' }, body: styleSheet }
    }
    if (url.pathname === '/sign-in' && form !== undefined) return this.#signIn(form)
    const session = sessionOf(request)
    const acting = this.#actingIn(session)
    if (acting === undefined) return page(url.pathname === '/' ? 200 : 401, signInPage(this.#accounts.all()))
    if (url.pathname === '/sign-out' && form !== undefined) {
      this.#sessions.delete(session)
      return seeOther('/')
    }
    if (url.pathname === '/') return seeOther('/people')
    if (!this.#accounts.isAdministrator(acting)) {
      const text = 'To see people and change their roles you need Organization Admin for your organization.'
      return page(403, messagePage('Organization Admin needed', text, acting))
    }
    return this.#administer(acting, url, form)
  }

  async #administer(acting: Account, url: URL, form: URLSearchParams | undefined): Promise<Reply> {
    if (url.pathname === '/people' && form === undefined) {
      const query = url.searchParams.get('query') ?? ''
      return page(200, searchPage(acting, query, this.#accounts.search(acting.organization, query)))
    }
    const [, name = '', section] = /^\/people\/([^/]+)(?:\/(roles|status))?$/.exec(url.pathname) ?? []
    const account = this.#accounts.find({ organization: acting.organization, account: decoded(name) })
    if (account === undefined) return page(404, messagePage('Not found', 'There is no such page or person.', acting))
    const offers = this.#accounts.rolesOnOffer
    if (section === 'roles') {
      if (form !== undefined) return this.#editRoles(acting, account, form)
      return page(200, rolesPage(acting, account, { roles: account.roles, etag: etagOf(account), offers }))
    }
    if (section === 'status' && form !== undefined) return this.#setStatus(acting, account, form)
    if (section === undefined && form === undefined) return page(200, personPage(acting, account, offers))
    return page(405, messagePage('Not possible', 'This page does not do that.', acting))
  }

  async #editRoles(acting: Account, account: Account, form: URLSearchParams): Promise<Reply> {
    const offers = this.#accounts.rolesOnOffer
    const etag = form.get('etag') ?? ''
    const roles = edited(form)
    if (form.get('save') === null) return page(200, rolesPage(acting, account, { roles, etag, offers }))
    const change = await this.#accounts.replaceRoles(account, { acting, etag, roles })
    if (change.outcome === 'changed' || change.outcome === 'same') return saved(acting, change, this.#accounts)
    const now = { roles: account.roles, etag: etagOf(account), offers, notice: refusals[change.outcome] }
    return page(409, rolesPage(acting, account, now))
  }

  async #setStatus(acting: Account, account: Account, form: URLSearchParams): Promise<Reply> {
    const status = form.get('status') === 'inactive' ? 'inactive' : 'active'
    const change = await this.#accounts.setStatus(account, { acting, etag: form.get('etag') ?? '', status })
    if (change.outcome === 'changed' || change.outcome === 'same') return saved(acting, change, this.#accounts)
    return page(409, personPage(acting, account, this.#accounts.rolesOnOffer, refusals[change.outcome]))
  }

  #signIn(form: URLSearchParams): Reply {
    const key = { organization: form.get('organization') ?? '', account: form.get('account') ?? '' }
    const account = this.#accounts.find(key)
    if (account?.status !== 'active') return page(403, messagePage('Not possible', 'There is no such active account.'))
    const session = randomBytes(24).toString('base64url')
    this.#sessions.set(session, { organization: account.organization, account: account.account })
    const reply = seeOther('/people')
    const cookie = `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/`
    return { ...reply, headers: { ...reply.headers, 'set-cookie': cookie } }
  }

  #actingIn(session: string): Account | undefined {
    const key = this.#sessions.get(session)
    const account = key === undefined ? undefined : this.#accounts.find(key)
    return account?.status === 'active' ? account : undefined
  }
}

const refusals = {
  not_an_administrator: 'Only an Organization Admin of this organization changes roles.',
  not_found: 'There is no such person any more.',
  changed_since: 'Somebody has changed this account meanwhile. Here is how it is now; nothing was saved.',
  unknown_role: 'There is no such role. Nothing was saved.',
} as const satisfies Record<Exclude<Change['outcome'], 'changed' | 'same'>, string>

function saved(acting: Account, change: Extract<Change, { account: Account }>, accounts: Accounts): Reply {
  const notice = change.outcome === 'changed' ? 'Saved.' : 'Nothing has changed.'
  return page(200, personPage(acting, change.account, accounts.rolesOnOffer, notice))
}

/** The roles that the form carries, after its Add or Remove. */
function edited(form: URLSearchParams): readonly RoleAssignment[] {
  const roles = form.getAll('role').flatMap(roleFrom)
  const removed = roleFrom(form.get('remove') ?? '')
  const added = form.get('add') === null ? [] : roleFrom(form.get('choice') ?? '')
  return [
    ...roles.filter((role) => !removed.some((each) => sameRole(each, role))),
    ...added.filter((role) => !roles.some((each) => sameRole(each, role))),
  ]
}

function roleFrom(value: string): RoleAssignment[] {
  const [application, role] = value.split(' ')
  return application === undefined || role === undefined ? [] : [{ application, role }]
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readText(request, 'application/x-www-form-urlencoded')) ?? '')
}

function sessionOf(request: IncomingMessage): string {
  const cookies = (request.headers.cookie ?? '').split(';').map((each) => each.trim())
  return cookies.find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? ''
}

function page(status: number, content: Html): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  }
  return { status, headers, body: html`${content}`.text }
}

function seeOther(location: string): Reply {
  return { status: 303, headers: { location }, body: '' }
}

function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter)
  } catch {
    return ''
  }
}

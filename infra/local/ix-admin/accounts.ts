import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { AccountKey, AccountStatement, RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import * as v from 'valibot'
import { DataFile } from '../data-file.ts'
import { organizationAdmin, type Person, type RolesOnOffer } from '../demo-data.ts'

/** An account as it is kept: `version` rises by one with every change of status or roles. Times are epoch milliseconds. */
export interface Account extends Person {
  readonly version: number
  readonly occurredAt: number
}

export type Change =
  | { readonly outcome: 'changed' | 'same'; readonly account: Account }
  | { readonly outcome: 'not_an_administrator' | 'not_found' | 'changed_since' }
  | { readonly outcome: 'unknown_role'; readonly role: RoleAssignment }

interface ChangeBase {
  /** Who changes: must be an administrator of the account's organization. */
  readonly acting: AccountKey
  /** What the change is based on. */
  readonly etag: string
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(320))
const file = v.strictObject({
  format: v.literal(1),
  accounts: v.array(
    v.strictObject({
      organization: text,
      account: text,
      name: text,
      username: text,
      email: text,
      status: v.picklist(['active', 'inactive']),
      roles: v.array(v.strictObject({ application: text, role: text })),
      version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
      occurredAt: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    }),
  ),
})

export interface AccountsSettings {
  readonly dataFolder: string
  /** Those who are not in the file yet are added; the others stay as they are. */
  readonly people: readonly Person[]
  readonly rolesOnOffer: readonly RolesOnOffer[]
  readonly clock: () => number
}

/** The accounts of the stand-in, in memory and in one file; a change is in the file before anybody sees it. */
export class Accounts {
  readonly rolesOnOffer: readonly RolesOnOffer[]
  readonly #file: DataFile<v.InferOutput<typeof file>>
  readonly #clock: () => number
  readonly #accounts: Map<string, Account>
  readonly #listeners: ((statement: AccountStatement) => void)[] = []
  #lastChange: Promise<unknown> = Promise.resolve()

  private constructor(
    settings: AccountsSettings,
    store: DataFile<v.InferOutput<typeof file>>,
    accounts: readonly Account[],
  ) {
    this.rolesOnOffer = settings.rolesOnOffer
    this.#file = store
    this.#clock = settings.clock
    this.#accounts = new Map(accounts.map((each) => [nameOf(each), each]))
  }

  /** @throws CorruptDataFile */
  static async open(settings: AccountsSettings): Promise<Accounts> {
    const path = join(settings.dataFolder, 'ix-admin.json')
    const store = new DataFile({ path, what: 'iX Admin (stand-in)', schema: file })
    const stored = await store.read()
    const kept: readonly Account[] = stored?.accounts ?? []
    const names = new Set(kept.map(nameOf))
    const added = settings.people.filter((person) => !names.has(nameOf(person)))
    const occurredAt = settings.clock()
    const accounts = [...kept, ...added.map((person) => ({ ...person, version: 1, occurredAt }))]
    if (added.length > 0) await store.write({ format: 1, accounts: accounts.map(plain) })
    return new Accounts(settings, store, accounts)
  }

  /** Called with the whole new state after each change, which is stored by then; a listener must not throw. */
  onChange(listener: (statement: AccountStatement) => void): void {
    this.#listeners.push(listener)
  }

  hasOrganization(organization: string): boolean {
    return this.all().some((each) => each.organization === organization)
  }

  all(): readonly Account[] {
    return [...this.#accounts.values()]
  }

  find(key: AccountKey): Account | undefined {
    return this.#accounts.get(nameOf(key))
  }

  /** Accounts of an organization after `cursor`, ascending by identifier. */
  after(organization: string, cursor: string | undefined): readonly Account[] {
    return this.all()
      .filter((each) => each.organization === organization && (cursor === undefined || each.account > cursor))
      .sort((a, b) => (a.account < b.account ? -1 : 1))
  }

  search(organization: string, query: string): readonly Account[] {
    const wanted = query.trim().toLowerCase()
    return this.all().filter(
      (each) =>
        each.organization === organization &&
        [each.name, each.username, each.email, each.account].some((field) => field.toLowerCase().includes(wanted)),
    )
  }

  /** Active, and Organization Admin of this very organization. */
  isAdministrator(acting: AccountKey): boolean {
    const account = this.find(acting)
    return account?.status === 'active' && account.roles.some((each) => sameRole(each, organizationAdmin))
  }

  replaceRoles(key: AccountKey, change: ChangeBase & { readonly roles: readonly RoleAssignment[] }): Promise<Change> {
    return this.#inTurn(key, change, (account) => ({ ...account, roles: change.roles }))
  }

  setStatus(key: AccountKey, change: ChangeBase & { readonly status: Account['status'] }): Promise<Change> {
    return this.#inTurn(key, change, (account) => ({ ...account, status: change.status }))
  }

  // One change after the other: each writes the whole file.
  #inTurn(key: AccountKey, base: ChangeBase, apply: (account: Account) => Account): Promise<Change> {
    const done = this.#lastChange.then(() => this.#change(key, base, apply))
    // Whoever asked for it hears of a failure; the next change only has to wait its turn.
    this.#lastChange = done.catch(() => {})
    return done
  }

  async #change(key: AccountKey, { acting, etag }: ChangeBase, apply: (account: Account) => Account): Promise<Change> {
    if (acting.organization !== key.organization || !this.isAdministrator(acting)) {
      return { outcome: 'not_an_administrator' }
    }
    const before = this.find(key)
    if (before === undefined) return { outcome: 'not_found' }
    if (etagOf(before) !== etag) return { outcome: 'changed_since' }
    const after = apply(before)
    const unknown = after.roles.find((role) => !before.roles.some((each) => sameRole(each, role)) && !this.#knows(role))
    if (unknown !== undefined) return { outcome: 'unknown_role', role: unknown }
    if (after.status === before.status && sameRoles(after.roles, before.roles))
      return { outcome: 'same', account: before }

    const account = { ...after, version: before.version + 1, occurredAt: this.#clock() }
    const accounts = this.all().map((each) => plain(each === before ? account : each))
    await this.#file.write({ format: 1, accounts })
    this.#accounts.set(nameOf(key), account)
    for (const listener of this.#listeners) listener(statementOf(account))
    return { outcome: 'changed', account }
  }

  #knows(role: RoleAssignment): boolean {
    return this.rolesOnOffer.some(
      (offer) => offer.application === role.application && offer.roles.some((each) => each.role === role.role),
    )
  }
}

export function statementOf(account: Account): AccountStatement {
  const { organization, version, status, roles, occurredAt } = account
  return { organization, account: account.account, version, status, roles, occurredAt }
}

/** Made from the content too, so that a version counted anew after the data was lost is not taken for the old one. */
export function etagOf(account: Account): string {
  const content = JSON.stringify(statementOf(account))
  return `"${account.version}.${createHash('sha256').update(content).digest('base64url').slice(0, 16)}"`
}

export function sameRole(a: RoleAssignment, b: RoleAssignment): boolean {
  return a.application === b.application && a.role === b.role
}

function sameRoles(a: readonly RoleAssignment[], b: readonly RoleAssignment[]): boolean {
  return a.length === b.length && a.every((each) => b.some((other) => sameRole(each, other)))
}

function nameOf(key: AccountKey): string {
  return `${key.organization} ${key.account}`
}

function plain(account: Account): v.InferOutput<typeof file>['accounts'][number] {
  return { ...account, roles: account.roles.map((role) => ({ ...role })) }
}

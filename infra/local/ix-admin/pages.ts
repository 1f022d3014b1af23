import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import type { RolesOnOffer } from '../demo-data.ts'
import { type Html, html } from '../html.ts'
import { type Account, etagOf, sameRole } from './accounts.ts'

/** What the sign-in page shows: it is a stand-in, so whoever opens it says who they are. */
export function signInPage(accounts: readonly Account[]): Html {
  const organizations = [...new Set(accounts.map((each) => each.organization))]
  return page(
    'Log in',
    undefined,
    html`<h1>Log in to iX Admin</h1>
      <p>This is a stand-in on this machine: choose who you are. Only an Organization Admin changes roles.</p>
      ${organizations.map(
        (organization) => html`<h2>${organization}</h2>
          <ul>${accounts
            .filter((each) => each.organization === organization && each.status === 'active')
            .map(
              (each) => html`<li><form method="post" action="/sign-in">
                <input type="hidden" name="organization" value="${each.organization}">
                <button name="account" value="${each.account}">${each.name}</button> ${each.email}
              </form></li>`,
            )}</ul>`,
      )}`,
  )
}

export function searchPage(acting: Account, query: string, found: readonly Account[]): Html {
  return page(
    'People',
    acting,
    html`<h1>People of ${acting.organization}</h1>
      <form method="get" action="/people" role="search">
        <label>Search <input type="search" name="query" value="${query}" autofocus></label> <button>Search</button>
      </form>
      <table><thead><tr><th>Name<th>Username<th>E-mail<th>Status</tr></thead><tbody>
      ${found.map(
        (each) => html`<tr><td><a href="${pathOf(each)}">${each.name}</a><td>${each.username}<td>${each.email}
          <td>${each.status}</tr>`,
      )}</tbody></table>
      ${found.length === 0 ? html`<p>Nobody found.</p>` : html``}`,
  )
}

export function personPage(acting: Account, account: Account, offers: readonly RolesOnOffer[], notice = ''): Html {
  const other = account.status === 'active' ? 'inactive' : 'active'
  return detailsPage(
    acting,
    account,
    html`${noticeOf(notice)}
      <dl><dt>Account<dd>${account.account}<dt>Username<dd>${account.username}<dt>E-mail<dd>${account.email}
      <dt>Status<dd>${account.status}<dt>Version<dd>${account.version}</dl>
      <h2>Roles</h2>
      <ul>${account.roles.map((role) => html`<li>${titleOf(role, offers)}</li>`)}</ul>
      <form method="post" action="${pathOf(account)}/status">
        <input type="hidden" name="etag" value="${etagOf(account)}">
        <button name="status" value="${other}">Make ${other}</button>
      </form>`,
  )
}

/** `roles` are those chosen so far; they count only when saved. */
export function rolesPage(
  acting: Account,
  account: Account,
  {
    roles,
    etag,
    offers,
    notice = '',
  }: {
    readonly roles: readonly RoleAssignment[]
    readonly etag: string
    readonly offers: readonly RolesOnOffer[]
    readonly notice?: string
  },
): Html {
  return detailsPage(
    acting,
    account,
    html`<h2>Manage Roles</h2>${noticeOf(notice)}
      <form method="post" action="${pathOf(account)}/roles">
        <input type="hidden" name="etag" value="${etag}">
        <ul>${roles.map(
          (role) => html`<li>${titleOf(role, offers)}
            <input type="hidden" name="role" value="${formValueOf(role)}">
            <button name="remove" value="${formValueOf(role)}">Remove</button></li>`,
        )}</ul>
        <label>Role <select name="choice"><option value="">Choose a role</option>
        ${offers.map(
          (offer) =>
            html`<optgroup label="${offer.title}">${offer.roles
              .map(({ role, title }) => ({ application: offer.application, role, title }))
              .filter((role) => !roles.some((held) => sameRole(held, role)))
              .map((role) => html`<option value="${formValueOf(role)}">${role.title}</option>`)}</optgroup>`,
        )}</select></label>
        <button name="add" value="yes">Add</button>
        <p class="end"><a href="${pathOf(account)}">Cancel</a> <button name="save" value="yes" class="save">Save</button></p>
      </form>`,
  )
}

export function messagePage(title: string, text: string, acting?: Account): Html {
  return page(title, acting, html`<h1>${title}</h1><p>${text}</p><p><a href="/">Back to the start</a></p>`)
}

/** `<application> <role>`, as forms carry it. */
function formValueOf(role: RoleAssignment): string {
  return `${role.application} ${role.role}`
}

export const styleSheet = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
header { display: flex; justify-content: space-between; border-bottom: 1px solid; padding-bottom: .5rem }
table { border-collapse: collapse; width: 100%; margin-top: 1rem } th, td { text-align: left; padding: .25rem .5rem }
tr + tr td { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
.details { display: grid; grid-template-columns: 12rem 1fr; gap: 2rem } .details nav a { display: block; padding: .25rem 0 }
dt { font-weight: 600 } .end { text-align: right; margin-top: 2rem } .save { font-weight: 600; padding: .5rem 2rem }
.notice { border-left: .25rem solid; padding-left: .75rem } li form { display: inline }
`

function detailsPage(acting: Account, account: Account, content: Html): Html {
  return page(
    account.name,
    acting,
    html`<p><a href="/people">People</a></p><h1>${account.name}</h1>
      <div class="details"><nav aria-label="Account">
        <a href="${pathOf(account)}">Details</a><a href="${pathOf(account)}/roles">Manage Roles</a>
      </nav><section>${content}</section></div>`,
  )
}

function page(title: string, acting: Account | undefined, content: Html): Html {
  const who =
    acting === undefined
      ? html``
      : html`<form method="post" action="/sign-out">${acting.name}, ${acting.organization} <button>Log out</button></form>`
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · iX Admin</title>
    <meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head>
    <body><header><strong>iX Admin (stand-in)</strong>${who}</header><main>${content}</main></body></html>`
}

function noticeOf(notice: string): Html {
  return notice === '' ? html`` : html`<p class="notice" role="status">${notice}</p>`
}

function titleOf(role: RoleAssignment, offers: readonly RolesOnOffer[]): string {
  const offer = offers.find((each) => each.application === role.application)
  const title = offer?.roles.find((each) => each.role === role.role)?.title
  return title === undefined ? formValueOf(role) : `${offer?.title}: ${title}`
}

function pathOf(account: Account): string {
  return `/people/${encodeURIComponent(account.account)}`
}

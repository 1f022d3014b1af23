import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Person } from '../demo-data.ts'
import { type Html, html } from '../html.ts'
import { readBody } from '../read-body.ts'

const MAX_FORM_BYTES = 4 * 1024

/** The one page a person sees: who are you, and the demo password. */
export class LoginPage {
  readonly #provider: Provider
  readonly #people: readonly Person[]
  readonly #password: Buffer

  constructor(provider: Provider, people: readonly Person[], password: string) {
    this.#provider = provider
    this.#people = people
    this.#password = digest(password)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { prompt } = await this.#provider.interactionDetails(request, response)
      if (prompt.name !== 'login') return show(response, 400, message(`No page for ${prompt.name}`))
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error
      return show(response, 400, message('This sign-in is over or belongs to another browser. Start again.'))
    }
    if (request.method !== 'POST') return show(response, 200, this.#form(''))
    const form = await readForm(request)
    const person = this.#personOf(form?.get('username') ?? '', form?.get('password') ?? '')
    if (person === undefined) return show(response, 401, this.#form('Unknown person or wrong password.'))
    await this.#provider.interactionFinished(request, response, { login: { accountId: person.account } })
  }

  #personOf(name: string, password: string): Person | undefined {
    const right = timingSafeEqual(digest(password), this.#password)
    const person = this.#people.find((each) => each.username === name || each.email === name)
    return right ? person : undefined
  }

  #form(alert: string): Html {
    const organizations = [...new Set(this.#people.map((each) => each.organization))]
    return html`<h1>Sign in</h1>${alert === '' ? html`` : html`<p role="alert">${alert}</p>`}
      <form method="post" action="">
        <p><label>Person <select name="username" required>${organizations.map(
          (organization) =>
            html`<optgroup label="${organization}">${this.#people
              .filter((each) => each.organization === organization)
              .map(
                (each) => html`<option value="${each.username}">${each.name} (${each.username})</option>`,
              )}</optgroup>`,
        )}</select></label></p>
        <p><label>Password <input type="password" name="password" required autofocus></label></p>
        <p><button>Sign in</button></p>
        <p>Everybody has the demo password that was printed when the identity provider started.</p>
      </form>`
  }
}

function message(text: string): Html {
  return html`<h1>Sign in</h1><p role="alert">${text}</p>`
}

function show(response: ServerResponse, status: number, content: Html): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    // No form-action: browsers apply it to the redirect back to the client too.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  })
  const style =
    ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:32rem;margin:2rem auto;padding:1rem}'
  response.end(
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
      <meta name="viewport" content="width=device-width"><style>${style}</style></head><body>${content}</body></html>`
      .text,
  )
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const body = await readBody(request, MAX_FORM_BYTES)
  return body && new URLSearchParams(body.toString())
}

function digest(password: string): Buffer {
  return createHash('sha256').update(password).digest()
}

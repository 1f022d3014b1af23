/** For front ends: shows, hides or disables controls by what `GET /session` of the token service says. */
import type { Session as SessionAnswer } from '@rolecast/core/domain/grant/session'

export type { SessionAnswer }

/** Problem details (RFC 9457) of a refused session; also made for answers that are none and for a failing network. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number
  /** Our stable code; `network` or `unreadable_answer` when the answer was not one of ours. */
  readonly code: string
  /** The next step, for a person. */
  readonly detail: string

  constructor(problem: { status: number; code: string; title: string; detail: string }) {
    super(problem.title)
    this.status = problem.status
    this.code = problem.code
    this.detail = problem.detail
  }
}

export class Session<PermissionKey extends string = string> {
  readonly answer: SessionAnswer
  readonly #whole: ReadonlySet<string>
  readonly #some: ReadonlySet<string>

  constructor(answer: SessionAnswer) {
    this.answer = answer
    this.#whole = new Set(answer.permissions)
    this.#some = new Set(answer.qualified.map((key) => key.slice(0, key.indexOf('['))))
  }

  /** Whether the account may, for every resource. A control that this shows is allowed by the gateway, too. */
  can(permission: PermissionKey): boolean {
    return this.#whole.has(permission) && !this.isExpired()
  }

  /** Whether the account may, for at least some resources: the product decides on each. */
  canSometimes(permission: PermissionKey): boolean {
    return (this.#whole.has(permission) || this.#some.has(permission)) && !this.isExpired()
  }

  /** Past `expiresAt` nothing is allowed until the session is loaded again. */
  isExpired(now: number = Date.now()): boolean {
    return now >= this.answer.expiresAt * 1000
  }
}

/**
 * Loads the session of `token`, a Rolecast token or the identity provider's.
 * @throws {SessionError} for every answer but a session; show its `message` and `detail`.
 */
export async function loadSession<PermissionKey extends string = string>(
  url: string,
  token: string,
): Promise<Session<PermissionKey>> {
  let response: Response
  let body: unknown
  try {
    response = await fetch(url, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } })
    body = await response.json().catch(() => undefined)
  } catch {
    throw new SessionError({ status: 0, code: 'network', title: 'The session could not be loaded', detail: retry })
  }
  if (response.ok && isSessionAnswer(body)) return new Session(body)
  throw new SessionError({ ...unreadable, status: response.status, ...(response.ok ? {} : problemIn(body)) })
}

const retry = 'Try again in a moment.'
const unreadable = { code: 'unreadable_answer', title: 'The session could not be loaded', detail: retry }

/**
 * Applies a session to every element below `root` that names a permission: `data-permission="flows.publish"`.
 * `data-permission-mode` says how: `hide` (default), `disable`, or with `-sometimes` behind it for controls that
 * already make sense when the permission is held for some resources. Without a session (not loaded, refused, expired)
 * everything that needs a permission is hidden or disabled. Convenience only: the gateway decides.
 */
export function applyPermissions(root: ParentNode, session: Session | undefined): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-permission]')) {
    const permission = element.getAttribute('data-permission') ?? ''
    const mode = element.getAttribute('data-permission-mode') ?? 'hide'
    const sometimes = mode.endsWith('-sometimes')
    const allowed = (sometimes ? session?.canSometimes(permission) : session?.can(permission)) ?? false
    if (mode.startsWith('disable')) {
      element.toggleAttribute('disabled', !allowed)
      element.setAttribute('aria-disabled', String(!allowed))
    } else element.hidden = !allowed
  }
}

function isSessionAnswer(value: unknown): value is SessionAnswer {
  if (typeof value !== 'object' || value === null) return false
  const { application, organization, account, expiresAt, defaultFull, ...rest } = value as Record<string, unknown>
  const { permissions, qualified, gates, features } = rest
  return (
    [application, organization, account].every((text) => typeof text === 'string') &&
    [permissions, qualified, gates, features].every(isTexts) &&
    typeof defaultFull === 'boolean' &&
    Number.isSafeInteger(expiresAt)
  )
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function problemIn(body: unknown): Partial<{ code: string; title: string; detail: string }> {
  if (typeof body !== 'object' || body === null) return {}
  const members = Object.entries(body).filter(
    ([name, value]) => ['code', 'title', 'detail'].includes(name) && typeof value === 'string',
  )
  return Object.fromEntries(members)
}

/** Somebody as a source knows them. */
export interface SourceUser {
  /** What the source calls the user in its own addresses. */
  readonly id: string
  readonly login: string
  readonly active: boolean
  /** Found when asked for, and left out of lists. */
  readonly unlisted?: boolean
  /** Ids of the user's groups or roles, whichever the source speaks of. */
  readonly holds: readonly string[]
}

/** What a stand-in says when it is asked; tests and demonstrations change it. */
export class Truth {
  readonly #users = new Map<string, SourceUser>()
  readonly #versions = new Map<string, number>()

  constructor(users: readonly SourceUser[]) {
    for (const user of users) this.put(user)
  }

  put(user: SourceUser): void {
    this.#users.set(user.id, user)
    this.#versions.set(user.id, this.version(user.id) + 1)
  }

  remove(id: string): void {
    this.#users.delete(id)
  }

  find(id: string): SourceUser | undefined {
    return this.#users.get(id)
  }

  /** In a fixed order. */
  all(): readonly SourceUser[] {
    return [...this.#users.values()].sort((a, b) => (a.login < b.login ? -1 : 1))
  }

  /** How often the user was put. */
  version(id: string): number {
    return this.#versions.get(id) ?? 0
  }
}

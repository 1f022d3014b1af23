/** A mistake in the protocol: a text of one source file, and what stands there instead. */
export interface PlantedBug {
  readonly name: string
  /** A schedule that met it when it was last looked for: where the search begins. */
  readonly seed: number
  /** What would go wrong in the world. */
  readonly consequence: string
  /** The end of the path of the file. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Mistakes that the simulation must find; `simulation.test.ts` shows that it finds every one of them. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'older-statement-wins',
    seed: 2,
    consequence: 'an old event that comes late brings back a removed role',
    file: 'domain/assignment/apply-statement.ts',
    find: 'if (statement.version !== stored.version) return',
    replace: 'if (statement.version === -1) return',
  },
  {
    name: 'removal-not-logged',
    seed: 1804,
    consequence: 'tokens minted before a removal go on until they end',
    file: 'domain/assignment/apply-statement.ts',
    find: 'if (held.length === 0 || held.some((role) => !holds.includes(role))) return true',
    replace: 'if (held.length === 0) return true',
  },
  {
    name: 'strong-joins-an-earlier-pull',
    seed: 2922,
    consequence: 'a strong route is allowed by what was read before the request arrived',
    file: 'application/pull-queue.ts',
    find: 'if (running.startedAt > floor) return running.end',
    replace: 'return running.end',
  },
  {
    name: 'role-edit-not-logged',
    seed: 3674,
    consequence: 'what an administrator takes out of a role stays with its holders until their tokens end',
    file: 'domain/freshness/change-entry.ts',
    find: 'before.grants.some((grant) => !after.grants.includes(grant)) ||',
    replace: 'false ||',
  },
  {
    name: 'feed-read-without-overlap',
    seed: 939,
    consequence: 'a removal written by a slow clock is never told to those who read on',
    file: 'application/change-feed.ts',
    find: '{ from: floor - changeOverlapMs }',
    replace: '{ from: floor }',
  },
  {
    name: 'newest-grant-of-any-age',
    seed: 65,
    consequence: 'an old token is allowed by what was known of the account long ago',
    file: 'changes/follow-changes.ts',
    find: "const verdict = stale ? 'stale' : 'fresh'",
    replace: "if (stale) return 'stale'\n    const verdict = 'fresh'",
  },
  {
    name: 'older-grant-preferred',
    seed: 1,
    consequence: 'an old token wins over what is known since',
    file: 'functions/authorizer/newest-grants.ts',
    find: 'return difference > 0',
    replace: 'return difference < 0',
  },
  {
    name: 'denies-are-final',
    seed: 84,
    consequence: 'a role that was granted does not work until the next token',
    file: 'functions/authorizer/later/ask.ts',
    find: 'if (!isStale && (nextSignIn ||',
    replace: 'if (!isStale && (true ||',
  },
  {
    name: 'cutoffs-ignored',
    seed: 1,
    consequence: 'what the change feed tells is read and never used',
    file: 'functions/authorizer/later/ask.ts',
    find: "return feed.isStale(holder, justIssued) ? refuse('stale') : newest",
    replace: 'return justIssued ? newest : newest',
  },
]

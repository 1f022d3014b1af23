/** A mistake in the protocol: a text of one source file, and what stands there instead. */
export interface PlantedBug {
  readonly name: string
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
    consequence: 'an old event that comes late brings back a removed role',
    file: 'domain/assignment/apply-statement.ts',
    find: 'if (statement.version !== stored.version) return',
    replace: 'if (statement.version === -1) return',
  },
  {
    name: 'removal-not-logged',
    consequence: 'tokens minted before a removal go on until they end',
    file: 'domain/assignment/apply-statement.ts',
    find: 'if (held.length === 0 || held.some((role) => !holds.includes(role))) return true',
    replace: 'if (held.length === 0) return true',
  },
  {
    name: 'end-of-default-full-not-logged',
    consequence: 'whoever had everything keeps it although he now has one role',
    file: 'domain/assignment/apply-statement.ts',
    find: 'if (held.length === 0 || held.some(',
    replace: 'if (held.some(',
  },
  {
    name: 'strong-joins-an-earlier-pull',
    consequence: 'a strong route is allowed by what was read before the request arrived',
    file: 'application/pull-queue.ts',
    find: 'if (running.startedAt > floor) return running.end',
    replace: 'return running.end',
  },
  {
    name: 'older-grant-preferred',
    consequence: 'an old token wins over what is known since',
    file: 'functions/authorizer/newest-grants.ts',
    find: 'return difference > 0',
    replace: 'return difference < 0',
  },
]

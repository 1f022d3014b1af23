/** Accounts, and the roles they hold together. */
export interface Tally {
  readonly accounts: number
  readonly assignments: number
}

export const nothing: Tally = { accounts: 0, assignments: 0 }

export function added(one: Tally, other: Tally): Tally {
  return { accounts: one.accounts + other.accounts, assignments: one.assignments + other.assignments }
}

export interface BrakeRule {
  /** A run that would take something from more than this share of the accounts, or take more than this share of the roles, stops. */
  readonly share: number
  /** Below so many accounts that lose something no run stops: small organizations change by large shares. */
  readonly least: number
}

export const defaultBrake: BrakeRule = { share: 0.2, least: 10 }

/** Whether a person has to look first. `held` is what was held when the run began. */
export function mustBrake(losing: Tally, held: Tally, { share, least }: BrakeRule): boolean {
  if (losing.accounts < least) return false
  return losing.accounts > held.accounts * share || losing.assignments > held.assignments * share
}

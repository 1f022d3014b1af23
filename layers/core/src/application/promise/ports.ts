/** An account that nobody needs, with one role that is taken away and given back. */
export interface SyntheticAccount {
  readonly name: string
  /** Both resolve when the change is acknowledged by whoever keeps the roles; changing nothing is no error. */
  giveRole(): Promise<void>
  takeRole(): Promise<void>
  /** A new token for the product; it outlives a round. */
  signIn(): Promise<string>
}

/** What came of an access: the product was reached, the gateway refused it (401, 403), or neither. */
export type Access = 'allowed' | 'denied' | 'failed'

/** One access at the product, within a deadline of its own; never rejects. */
export type AccessProduct = (token: string) => Promise<Access>

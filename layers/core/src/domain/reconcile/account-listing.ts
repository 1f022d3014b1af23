import { neverConfirmed } from '../assignment/marks.ts'
import type { AccountRecord } from '../assignment/statement.ts'
import { contentDigest, type Fingerprint } from './fingerprints.ts'

/** An account as an index of all accounts shows it: enough to tell whether the source says something else. */
export interface AccountListing {
  readonly account: string
  readonly version: number
  /** Of status and roles: `contentDigest`. */
  readonly digest: string
  /** `hinted` and `withdrawn`: nothing is minted from it until the source confirms it. */
  readonly standing: 'active' | 'inactive' | 'hinted' | 'withdrawn'
  /** How many roles it holds, in all applications. */
  readonly assignments: number
}

/** What the index shows of a record. Whoever stores the record stores this with it, so that it never says anything else. */
export function listAccount(fingerprint: Fingerprint, record: AccountRecord): AccountListing {
  const { account, version, roles } = record
  return {
    account,
    version,
    digest: contentDigest(fingerprint, record),
    standing: standingOf(record),
    assignments: roles.length,
  }
}

/** A withdrawal that came after the last hint has answered it. */
function standingOf(record: AccountRecord): AccountListing['standing'] {
  const { status, confirmedAt, dirtySince = 0, withdrawnSince = 0 } = record
  if (confirmedAt !== neverConfirmed) return status
  return dirtySince > withdrawnSince ? 'hinted' : 'withdrawn'
}

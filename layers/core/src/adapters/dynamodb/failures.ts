import { StoreUnavailable } from '../../application/ports.ts'

interface SdkError extends Error {
  readonly $metadata?: unknown
  readonly CancellationReasons?: readonly { readonly Code?: string }[]
}

/** Only a malformed request causes these: bugs, and never answered as a matter of the infrastructure. */
const bugs: ReadonlySet<string> = new Set([
  'ValidationException',
  'SerializationException',
  'ItemCollectionSizeLimitExceededException',
  'IdempotentParameterMismatchException',
])

/** Outcomes that the caller of a request looks at itself. */
const outcomes: ReadonlySet<string> = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'TransactionInProgressException',
  'TransactionConflictException',
])

/** Reasons that say: nothing is wrong with the transaction, try again. */
const passing: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
])

/** The StoreUnavailable that stands for this error, or nothing where it is an outcome or a bug. */
export function unavailable(operation: string, error: unknown): StoreUnavailable | undefined {
  if (!isSdkError(error) || bugs.has(error.name) || outcomes.has(error.name)) return undefined
  return new StoreUnavailable(`${operation} failed: ${error.name}`, { cause: error })
}

/** A single write was not made because of its condition, or because a transaction was at work on the item. */
export function isLostRace(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'ConditionalCheckFailedException' || error.name === 'TransactionConflictException'
}

/**
 * `refused`: conditions at these positions do not hold. `cancelled`: nothing was written, trying again may succeed.
 * `pending`: the same request is still at work. Throws what is neither.
 */
export function transactionEnd(
  error: unknown,
): { readonly outcome: 'refused'; readonly failed: readonly number[] } | { readonly outcome: 'cancelled' | 'pending' } {
  if (!(error instanceof Error)) throw error
  if (error.name === 'TransactionInProgressException') return { outcome: 'pending' }
  if (error.name !== 'TransactionCanceledException') throw error
  const codes = ((error as SdkError).CancellationReasons ?? []).map(({ Code }) => Code ?? 'None')
  const failed = codes.flatMap((code, position) => (code === 'ConditionalCheckFailed' ? [position] : []))
  if (failed.length > 0) return { outcome: 'refused', failed }
  if (codes.some((code) => passing.has(code))) return { outcome: 'cancelled' }
  throw error
}

/** What the SDK threw while asking, as opposed to while building the request; or that it found no credentials to ask with. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && ('$metadata' in error || error.name === 'CredentialsProviderError')
}

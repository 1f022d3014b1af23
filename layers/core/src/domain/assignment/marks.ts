import type { AccountRecord } from './statement.ts'

/** `confirmedAt` of a record whose confirmation was withdrawn or is no younger than a hint. */
export const neverConfirmed = 0

/** Whether the confirmation is of a read that began after every mark of the account itself. */
export function isAfterMarks({ confirmedAt, dirtySince, withdrawnSince }: AccountRecord): boolean {
  return [dirtySince, withdrawnSince].every((mark) => mark === undefined || confirmedAt > mark)
}

import type { AccountRecord } from './statement.ts'

/** Whether the confirmation is of a read that began after every mark of the account itself. */
export function isAfterMarks({ confirmedAt, dirtySince, withdrawnSince }: AccountRecord): boolean {
  return [dirtySince, withdrawnSince].every((mark) => mark === undefined || confirmedAt > mark)
}

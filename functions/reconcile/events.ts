import * as v from 'valibot'

/** A change of a run in the table, as its stream tells it. */
const changes = v.object({
  Records: v.array(
    v.object({
      dynamodb: v.object({
        SequenceNumber: v.string(),
        NewImage: v.object({ kind: v.object({ S: v.literal('run') }), organization: v.object({ S: v.string() }) }),
      }),
    }),
  ),
})
const wake = v.strictObject({ wake: v.literal(true) })

export type ReconcileEvent =
  | { readonly event: 'wake' }
  /** Runs that want their next step: the record's number in the stream, and whose run. */
  | {
      readonly event: 'changed'
      readonly runs: readonly { readonly sequence: string; readonly organization: string }[]
    }

/** Throws `TypeError` for anything but the schedule's call and records of runs. */
export function readEvent(event: unknown): ReconcileEvent {
  if (v.is(wake, event)) return { event: 'wake' }
  const parsed = v.safeParse(changes, event)
  if (!parsed.success) throw new TypeError('neither {"wake": true} nor changes of runs from the stream of the table')
  const runs = parsed.output.Records.map(({ dynamodb: { SequenceNumber: sequence, NewImage } }) => ({
    sequence,
    organization: NewImage.organization.S,
  }))
  return { event: 'changed', runs }
}

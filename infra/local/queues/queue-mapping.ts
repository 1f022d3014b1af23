import type { Assembly } from '../assembly/assembly.ts'

/** A function that is fed from a queue. */
export interface QueueMapping {
  readonly queueArn: string
  readonly functionName: string
  readonly batchSize: number
  readonly partialFailures: boolean
  /** Batches at the same time. */
  readonly concurrency: number
}

/** Batches at the same time on one machine, whatever the template allows. */
const mostAtOnce = 2

export function readQueueMappings(assembly: Assembly): readonly QueueMapping[] {
  return assembly.resources('AWS::Lambda::EventSourceMapping').flatMap(({ properties }) => {
    const queueArn = String(properties['EventSourceArn'])
    if (!isQueue(queueArn) || properties['Enabled'] === false) return []
    const types = (properties['FunctionResponseTypes'] ?? []) as readonly unknown[]
    return [
      {
        queueArn,
        functionName: String(properties['FunctionName']),
        batchSize: Number(properties['BatchSize'] ?? 10),
        partialFailures: types.includes('ReportBatchItemFailures'),
        concurrency: mostAtOnce,
      },
    ]
  })
}

export function isQueue(arn: string): boolean {
  return arn.startsWith('arn:aws:sqs:')
}

import type { Assembly } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import { isRecord } from '../assembly/template.ts'
import type { EventPattern } from '../bus/event-pattern.ts'
import { isQueue } from '../queues/queue-mapping.ts'

/** A function that is fed from a table's stream. */
export interface EventSourceMapping {
  readonly id: string
  /** Name of the table. */
  readonly table: string
  readonly functionName: string
  readonly batchSize: number
  /** A record goes to the function when any of them matches; empty: all do. */
  readonly filters: readonly EventPattern[]
  readonly bisect: boolean
  readonly partialFailures: boolean
  /** How often a failed batch is tried again; infinite where the template says nothing or -1. */
  readonly retries: number
  /** Seconds after which a record that fails is given up. */
  readonly maximumAge: number
  /** ARN of a queue. */
  readonly onFailure?: string
  readonly startAtLatest: boolean
}

/**
 * The mappings of streams. Those of queues are read elsewhere.
 * @throws LocalError `resource_unsupported` for mappings of other sources than the stage's tables and queues.
 */
export function readEventSourceMappings(assembly: Assembly): readonly EventSourceMapping[] {
  return assembly.resources('AWS::Lambda::EventSourceMapping').flatMap(({ ref, path, properties }) => {
    if (isQueue(String(properties['EventSourceArn']))) return []
    const table = /:table\/([^/]+)\/stream\//.exec(String(properties['EventSourceArn']))?.[1]
    if (table === undefined) {
      throw new LocalError(
        'resource_unsupported',
        `${path}: only streams of tables and queues feed functions on one machine.`,
      )
    }
    if (properties['Enabled'] === false) return []
    const destination = at(properties, 'DestinationConfig', 'OnFailure', 'Destination')
    return [
      {
        id: ref,
        table,
        functionName: String(properties['FunctionName']),
        batchSize: Number(properties['BatchSize'] ?? 100),
        filters: readFilters(properties['FilterCriteria']),
        bisect: properties['BisectBatchOnFunctionError'] === true,
        partialFailures: ((properties['FunctionResponseTypes'] ?? []) as readonly unknown[]).includes(
          'ReportBatchItemFailures',
        ),
        retries: unlimited(properties['MaximumRetryAttempts']),
        maximumAge: unlimited(properties['MaximumRecordAgeInSeconds']),
        ...(typeof destination === 'string' ? { onFailure: destination } : {}),
        startAtLatest: properties['StartingPosition'] === 'LATEST',
      },
    ]
  })
}

function readFilters(criteria: unknown): readonly EventPattern[] {
  const filters = isRecord(criteria) ? ((criteria['Filters'] ?? []) as readonly { readonly Pattern: string }[]) : []
  return filters.map(({ Pattern }) => JSON.parse(Pattern))
}

function unlimited(value: unknown): number {
  return value === undefined || value === -1 ? Number.POSITIVE_INFINITY : Number(value)
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)
}

import type { Assembly, Resource } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import { isRecord } from '../assembly/template.ts'
import type { EventPattern } from './event-pattern.ts'

/** A rule of EventBridge: by pattern, by schedule, or both. */
export interface Rule {
  readonly name: string
  readonly arn: string
  readonly path: string
  /** Name of the bus; `default` where the template names none. */
  readonly bus: string
  readonly enabled: boolean
  readonly pattern?: EventPattern
  readonly schedule?: string
  readonly targets: readonly Target[]
}

export interface Target {
  readonly id: string
  /** A function or a queue. */
  readonly arn: string
  /** What the target gets instead of the event. */
  readonly input: (event: unknown) => unknown
  /** Queue for events that cannot be handed to the target at all. */
  readonly deadLetterArn?: string
}

/** @throws LocalError `resource_unsupported` for targets that are neither functions nor queues, and for input transformers. */
export function readRules(assembly: Assembly): readonly Rule[] {
  return assembly.resources('AWS::Events::Rule').map((rule) => {
    const { properties } = rule
    const pattern = properties['EventPattern']
    return {
      name: rule.ref,
      arn: rule.attribute('Arn'),
      path: rule.path,
      bus: nameOfBus(properties['EventBusName']),
      enabled: properties['State'] !== 'DISABLED',
      ...(isRecord(pattern) ? { pattern } : {}),
      ...(typeof properties['ScheduleExpression'] === 'string' ? { schedule: properties['ScheduleExpression'] } : {}),
      targets: ((properties['Targets'] ?? []) as readonly Readonly<Record<string, unknown>>[]).map((target) =>
        readTarget(rule, target),
      ),
    }
  })
}

/** Buses are named by name or ARN. */
export function nameOfBus(bus: unknown): string {
  return typeof bus === 'string' ? (bus.split('/').at(-1) ?? bus) : 'default'
}

function readTarget({ stack, logicalId }: Resource, target: Readonly<Record<string, unknown>>): Target {
  const arn = String(target['Arn'])
  if (!/^arn:aws:(lambda|sqs):/.test(arn) || target['InputTransformer'] !== undefined) {
    throw new LocalError(
      'resource_unsupported',
      `${stack}/${logicalId}: the local bus does not know the target ${arn}.`,
    )
  }
  const deadLetters = target['DeadLetterConfig']
  const deadLetterArn = isRecord(deadLetters) ? deadLetters['Arn'] : undefined
  return {
    id: String(target['Id']),
    arn,
    input: inputOf(target),
    ...(typeof deadLetterArn === 'string' ? { deadLetterArn } : {}),
  }
}

function inputOf({ Input, InputPath }: Readonly<Record<string, unknown>>): Target['input'] {
  if (typeof Input === 'string') return () => JSON.parse(Input)
  if (typeof InputPath !== 'string') return (event) => event
  const path = InputPath.split('.').slice(1)
  return (event) => path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), event)
}

import { randomUUID } from 'node:crypto'
import type { Assembly } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import { isRecord } from '../assembly/template.ts'
import { type DeliveryContext, deliver } from '../bus/deliver.ts'
import type { Rule } from '../bus/rule.ts'
import { invokeLater } from '../lambda/invoke-later.ts'
import { type NextRun, parseSchedule } from './schedule-expression.ts'

/** The schedules of a stage: rules of EventBridge and schedules of EventBridge Scheduler. */
export interface Schedules {
  readonly names: readonly string[]
  /**
   * Runs one now, enabled or not.
   *
   * @param name its name or the end of its construct path.
   * @throws LocalError `reference_unknown`
   */
  run(name: string): Promise<void>
  stop(): void
}

interface Schedule {
  readonly name: string
  readonly path: string
  readonly enabled: boolean
  readonly next: NextRun
  run(): Promise<unknown>
}

/** Longest wait of a timer, milliseconds; a longer one is cut into pieces. */
const LONGEST_WAIT = 2 ** 31 - 1

export function openSchedules(assembly: Assembly, rules: readonly Rule[], context: DeliveryContext): Schedules {
  const schedules = [...scheduledRules(rules, assembly, context), ...schedulerSchedules(assembly, context)]
  const timers = new Map<Schedule, NodeJS.Timeout>()
  const plan = (schedule: Schedule, due: number) => {
    const wait = Math.min(due - Date.now(), LONGEST_WAIT)
    const timer = setTimeout(() => {
      if (Date.now() < due) return plan(schedule, due)
      plan(schedule, schedule.next(due))
      schedule.run().catch((error: unknown) => context.log('schedules', `${schedule.name}: ${String(error)}`))
    }, wait)
    timers.set(schedule, timer.unref())
  }
  for (const schedule of schedules) if (schedule.enabled) plan(schedule, schedule.next(Date.now()))
  return {
    names: schedules.map(({ name }) => name),
    async run(name) {
      const found = schedules.find(
        (schedule) => schedule.name === name || schedule.path.replace(/\/Resource$/, '').endsWith(`/${name}`),
      )
      if (found === undefined) {
        const known = schedules.map((schedule) => schedule.name).join(', ') || 'none'
        throw new LocalError('reference_unknown', `No schedule "${name}"; there are: ${known}.`)
      }
      await found.run()
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}

function scheduledRules(rules: readonly Rule[], assembly: Assembly, context: DeliveryContext): readonly Schedule[] {
  const [any] = assembly.resources('AWS::Events::Rule')
  return rules.flatMap((rule) => {
    if (rule.schedule === undefined) return []
    const event = () => ({
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: any?.account,
      time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      region: any?.region,
      resources: [rule.arn],
      detail: {},
    })
    return [{ ...rule, next: parseSchedule(rule.schedule, rule.name), run: () => deliver(rule, event(), context) }]
  })
}

function schedulerSchedules(assembly: Assembly, context: DeliveryContext): readonly Schedule[] {
  return assembly.resources('AWS::Scheduler::Schedule').map(({ ref, path, properties }) => {
    const { ScheduleExpression, ScheduleExpressionTimezone = 'UTC', State, Target } = properties
    const { Arn, Input = '{}' } = (isRecord(Target) ? Target : {}) as { readonly Arn?: string; readonly Input?: string }
    if (
      Arn?.startsWith('arn:aws:lambda:') !== true ||
      !['UTC', 'Etc/UTC'].includes(String(ScheduleExpressionTimezone))
    ) {
      throw new LocalError('resource_unsupported', `${path}: schedules run functions here, and in UTC.`)
    }
    const pool = context.functions.find(Arn)
    return {
      name: ref,
      path,
      enabled: State !== 'DISABLED',
      next: parseSchedule(String(ScheduleExpression), path),
      run: () => invokeLater(pool, JSON.parse(Input), { deadLetters: context.queues.send }),
    }
  })
}

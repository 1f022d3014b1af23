import { LocalError } from '../assembly/local-error.ts'

/** Says when a schedule is next due. Times in epoch milliseconds. */
export type NextRun = (after: number) => number

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const
const MINUTE = UNITS.minute

/** Fields of a cron expression: minutes, hours, day of month, month, day of week, year. */
const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
  [1970, 2199],
] as const
const NAMES = ['JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC', 'SUN MON TUE WED THU FRI SAT'].map((list) =>
  list.split(' '),
)

/**
 * Reads `rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC. Of cron it knows numbers, names, `*`, `?`, lists, ranges and
 * steps; not `L`, `W` and `#`.
 *
 * @throws LocalError `resource_unsupported`
 */
export function parseSchedule(expression: string, where: string): NextRun {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (count !== undefined && unit !== undefined) {
    const every = Number(count) * UNITS[unit as keyof typeof UNITS]
    return (after) => after + every
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/)
  const sets = fields?.map((field, at) => parseField(field, at))
  if (sets?.length !== RANGES.length || sets.some((set) => set === undefined)) {
    throw new LocalError('resource_unsupported', `${where}: the schedule "${expression}" is not known on one machine.`)
  }
  return (after) => nextCron(sets as readonly ReadonlySet<number>[], after)
}

function parseField(field: string, at: number): ReadonlySet<number> | undefined {
  const [low, high] = RANGES[at] ?? [0, 0]
  const names = at === 3 ? NAMES[0] : at === 4 ? NAMES[1] : undefined
  const number = (text: string) => {
    const name = names?.indexOf(text.toUpperCase()) ?? -1
    return name < 0 ? Number(text) : name + 1
  }
  const found = new Set<number>()
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/')
    const [from = '', to] = range === '*' || range === '?' ? [String(low), String(high)] : range.split('-')
    const [first, last, by] = [
      number(from),
      to === undefined ? (part.includes('/') ? high : number(from)) : number(to),
      Number(step),
    ]
    if (![first, last, by].every(Number.isInteger) || first < low || last > high || by < 1) return undefined
    for (let value = first; value <= last; value += by) found.add(value)
  }
  return found
}

/** Days are skipped whole, so that even a yearly schedule is found in some hundred steps. */
function nextCron(
  [minutes, hours, days, months, weekdays, years]: readonly ReadonlySet<number>[],
  after: number,
): number {
  let time = Math.floor(after / MINUTE) * MINUTE + MINUTE
  for (const end = after + 4 * 366 * UNITS.day; time < end; ) {
    const date = new Date(time)
    const onDay =
      days?.has(date.getUTCDate()) &&
      months?.has(date.getUTCMonth() + 1) &&
      weekdays?.has(date.getUTCDay() + 1) &&
      years?.has(date.getUTCFullYear())
    if (onDay !== true) time = Math.floor(time / UNITS.day) * UNITS.day + UNITS.day
    else if (hours?.has(date.getUTCHours()) !== true) time = Math.floor(time / UNITS.hour) * UNITS.hour + UNITS.hour
    else if (minutes?.has(date.getUTCMinutes()) !== true) time += MINUTE
    else return time
  }
  return Number.POSITIVE_INFINITY
}

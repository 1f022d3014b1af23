import { describe, expect, it } from 'vitest'
import { parseSchedule } from '../../infra/local/schedules/schedule-expression.ts'

const next = (expression: string, after: string) =>
  new Date(parseSchedule(expression, 'Rule')(Date.parse(after))).toISOString()

describe('a schedule', () => {
  it.each([
    ['rate(1 minute)', '2026-11-22T10:00:30Z', '2026-11-22T10:01:30.000Z'],
    ['rate(2 hours)', '2026-11-22T10:00:00Z', '2026-11-22T12:00:00.000Z'],
    ['rate(7 days)', '2026-11-22T10:00:00Z', '2026-11-29T10:00:00.000Z'],
    ['cron(0 3 * * ? *)', '2026-11-22T02:59:59Z', '2026-11-22T03:00:00.000Z'],
    ['cron(0 3 * * ? *)', '2026-11-22T03:00:00Z', '2026-11-23T03:00:00.000Z'],
    ['cron(*/15 * * * ? *)', '2026-11-22T10:16:00Z', '2026-11-22T10:30:00.000Z'],
    ['cron(5/20 8-9 * * ? *)', '2026-11-22T08:26:00Z', '2026-11-22T08:45:00.000Z'],
    ['cron(0 0 ? * MON-FRI *)', '2026-11-20T12:00:00Z', '2026-11-23T00:00:00.000Z'],
    ['cron(0 0 ? * 1,7 *)', '2026-11-20T12:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['cron(30 12 1 JAN,jul ? *)', '2026-11-22T00:00:00Z', '2027-01-01T12:30:00.000Z'],
    ['cron(0 0 29 2 ? *)', '2026-11-22T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2028)', '2026-11-22T00:00:00Z', '2028-01-01T00:00:00.000Z'],
  ])('%s after %s is due at %s', (expression, after, due) => {
    expect(next(expression, after)).toBe(due)
  })
  it('that is past is never due', () => {
    expect(parseSchedule('cron(0 0 1 1 ? 2020)', 'Rule')(Date.parse('2026-11-22'))).toBe(Number.POSITIVE_INFINITY)
  })
  it.each([
    'cron(0 3 * * *)',
    'cron(0 3 L * ? *)',
    'cron(60 3 * * ? *)',
    'cron(0 3 ? * 2#1 *)',
    'rate(5 weeks)',
    'at(2026-01-01T00:00:00)',
    '',
  ])('that is not known is refused, by name: "%s"', (expression) => {
    expect(() => parseSchedule(expression, 'Data/Rule')).toThrow(
      expect.objectContaining({ code: 'resource_unsupported', message: expect.stringContaining('Data/Rule') }),
    )
  })
})

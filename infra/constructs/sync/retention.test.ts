import { toAccountItem } from '@rolecast/core/adapters/dynamodb/account-item'
import {
  eventHorizonMs,
  eventIdRetentionMs,
  longestArchiveDays,
  parkedForMs,
  queueRetentionMs,
} from '@rolecast/core/domain/assignment/event-retention'
import { describe, expect, it } from 'vitest'
import { SynthesizedStage } from '../../stage.fixture.ts'
import { stages } from '../../stages.ts'
import { tableAccess } from '../table-grants.ts'

const day = 86_400_000
const prod = new SynthesizedStage('prod')

describe('what was known of an account outlives every replay of an event about it', () => {
  it('because no archive keeps events longer than is reckoned with', () => {
    const kept = Object.values(stages).map(({ archiveDays }) => archiveDays)
    expect(Math.max(...kept)).toBeLessThanOrEqual(longestArchiveDays)
    const [archive] = prod.resources('AWS::Events::Archive', 'data')
    expect(archive.Properties.RetentionDays).toBe(stages.prod.archiveDays)
  })

  it('because no queue keeps messages longer than is reckoned with', () => {
    for (const { Properties } of prod.resources('AWS::SQS::Queue', 'sync')) {
      expect(Properties.MessageRetentionPeriod * 1_000).toBeLessThanOrEqual(queueRetentionMs)
    }
  })

  it('because an event that comes after all of that is refused', () => {
    expect(eventHorizonMs).toBe(longestArchiveDays * day + 2 * queueRetentionMs)
    expect(eventIdRetentionMs).toBeGreaterThan(eventHorizonMs)
  })

  it('because records of accounts never expire, and no function may delete one', () => {
    const record = {
      organization: 'acme',
      account: 'ada',
      version: 1,
      status: 'inactive',
      roles: [],
      occurredAt: 1,
      confirmedAt: 0,
    } as const
    expect(toAccountItem(record, 1)).not.toHaveProperty('ttl')
    for (const [name, accesses] of Object.entries(tableAccess)) {
      for (const { actions, keys } of accesses) {
        const deletes = actions.some((action) => /Delete|BatchWrite|PartiQL|\*/.test(action))
        const reaches = keys.some((key) => 'account#x#y'.startsWith(key.replace(/\*$/, '')))
        expect({ name, deletesAccounts: deletes && reaches }).toEqual({ name, deletesAccounts: false })
      }
    }
  })
})

it('keeps parked events longer than the archive they came from', () => {
  expect(parkedForMs).toBeGreaterThan(longestArchiveDays * day + 2 * queueRetentionMs)
})

import * as v from 'valibot'
import type { Receipt, Run } from '../../domain/reconcile/run.ts'
import type { Item } from './conditions.ts'
import { count, expectSame, moment, parseItem } from './parse-item.ts'

const reason = v.picklist(['due', 'hinted', 'requested'])
const runCodes = [
  'never_confirmed',
  'not_found',
  'confirmation_too_old',
  'source_timeout',
  'source_unavailable',
  'source_refused_us',
  'source_garbage',
  'source_partial',
  'source_conflicts',
  'source_behind',
  'source_unsettled',
  'source_repeats_cursor',
  'source_repeats_accounts',
  'source_mixes_versions',
  'source_never_ends',
  'source_inconsistent',
  'source_rate_limited',
  'source_empty',
  'source_ended_early',
  'mass_removal',
  'stopped_by_person',
  'organization_gone',
] as const
const code = v.picklist(runCodes)
const tally = v.object({ accounts: count, assignments: count })
const release = v.object({ by: v.string(), at: moment })
const counts = v.object({
  same: count,
  created: count,
  widened: count,
  asked: count,
  repaired: count,
  withdrawn: count,
  agreed: count,
  stillThere: count,
  left: count,
})

const runItem = v.object({
  kind: v.literal('run'),
  organization: v.string(),
  run: v.string(),
  reason,
  state: v.picklist(['running', 'waiting', 'braked', 'done', 'failed', 'stopped']),
  phase: v.picklist(['open', 'sweep', 'walk', 'match', 'settle']),
  code: v.exactOptional(code),
  startedAt: moment,
  updatedAt: moment,
  wakeAt: v.exactOptional(moment),
  lease: v.exactOptional(v.object({ holder: v.string(), until: moment })),
  failures: count,
  walk: v.object({
    attempt: count,
    startedAt: moment,
    hintsUntil: v.exactOptional(moment),
    source: v.exactOptional(v.string()),
    pages: count,
    cursor: v.exactOptional(v.string()),
    listed: count,
    versioned: v.exactOptional(v.boolean()),
    anchor: v.exactOptional(v.object({ cursor: v.string(), pagesLeft: count, span: count })),
    emptyAt: v.exactOptional(moment),
    ended: v.boolean(),
    digests: v.array(v.string()),
  }),
  held: tally,
  losing: tally,
  examples: v.array(v.string()),
  counts,
  suspects: v.object({ chunks: count, chunk: count, done: count }),
  bucket: count,
  agreeing: count,
  distrust: v.exactOptional(code),
  release: v.exactOptional(release),
  requestedBy: v.exactOptional(v.string()),
  soundAsOf: moment,
  revision: v.pipe(count, v.minValue(1)),
})

const receiptItem = v.object({
  kind: v.literal('receipt'),
  organization: v.string(),
  run: v.string(),
  reason,
  outcome: v.picklist(['zero_drift', 'drift_left', 'failed', 'stopped']),
  code: v.exactOptional(code),
  asOf: moment,
  startedAt: moment,
  finishedAt: moment,
  pages: count,
  attempts: count,
  compared: count,
  buckets: v.object({ agreeing: count, all: count }),
  digest: v.string(),
  counts,
  release: v.exactOptional(release),
})

export function parseRun(item: Item, organization: string): Run {
  const { kind, ...run } = parseItem(runItem, item, 'run')
  expectSame(kind, { organization: [run.organization, organization] })
  return run
}

export function parseReceipt(item: Item): Receipt {
  const { kind: _, ...receipt } = parseItem(receiptItem, item, 'receipt')
  return receipt
}

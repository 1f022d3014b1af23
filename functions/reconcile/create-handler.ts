import { describeError, type LogMembers } from '@rolecast/core/application/describe-error'
import { advanceRun } from '@rolecast/core/application/reconcile/advance-run'
import { wakeRuns } from '@rolecast/core/application/reconcile/manage-runs'
import type { ReconcileDependencies } from '@rolecast/core/application/reconcile/step'
import { driftOf, type Receipt, type Run } from '@rolecast/core/domain/reconcile/run'
import type { DynamoDBBatchResponse } from 'aws-lambda'
import { readEvent } from './events.ts'

export interface ReconcileHandlerDependencies extends ReconcileDependencies {
  readonly write: (line: string) => void
}

/**
 * `{"wake": true}`, every minute: begins what is due and hands on what stands still. A change of a run that wants its next
 * step: makes that step, one page of the source at most; what it writes calls for the one after it.
 */
export function createHandler(dependencies: ReconcileHandlerDependencies) {
  const log = (level: 'INFO' | 'ERROR', event: string, members: LogMembers) =>
    dependencies.write(`${JSON.stringify({ level, event, ...members })}\n`)

  const step = async (organization: string): Promise<boolean> => {
    try {
      const advanced = await advanceRun(dependencies, organization)
      if (advanced.outcome === 'advanced') {
        const { run, receipt } = advanced
        const level = run.state === 'braked' || run.state === 'failed' ? 'ERROR' : 'INFO'
        log(level, run.state === 'braked' ? 'braked' : 'step', membersOf(run))
        if (receipt !== undefined) log(receipt.outcome === 'zero_drift' ? 'INFO' : 'ERROR', 'receipt', lineOf(receipt))
      }
      return true
    } catch (error) {
      log('ERROR', 'failed', { organization, ...describeError(error) })
      return false
    }
  }

  return async (event: unknown): Promise<DynamoDBBatchResponse> => {
    const called = readEvent(event)
    if (called.event === 'wake') {
      const { started, resumed, braked, overdue } = await wakeRuns(dependencies)
      const counts = {
        started: started.length,
        resumed: resumed.length,
        braked: braked.length,
        overdue: overdue.length,
      }
      log('INFO', 'woken', counts)
      return { batchItemFailures: [] }
    }
    const failures: DynamoDBBatchResponse['batchItemFailures'] = []
    for (const { sequence, organization } of called.runs) {
      if (!(await step(organization))) failures.push({ itemIdentifier: sequence })
    }
    return { batchItemFailures: failures }
  }
}

function membersOf({ organization, run, state, phase, code, walk, counts, losing }: Run): LogMembers {
  const { pages, listed, attempt } = walk
  const { found } = driftOf(counts)
  return { organization, run, state, phase, code, pages, listed, attempt, found, losing: losing.accounts }
}

function lineOf(receipt: Receipt): LogMembers {
  const { organization, run, outcome, code, asOf, compared, counts } = receipt
  const { created, left } = counts
  return { organization, run, outcome, code, asOf, compared, created, left, ...driftOf(counts) }
}

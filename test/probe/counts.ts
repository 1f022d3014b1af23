import type { InvocationCounts } from '../../infra/local/lambda/function-pool.ts'

/** What the two functions that matter have answered since they started. */
export interface Counts {
  readonly authorizer: InvocationCounts
  readonly tokenService: InvocationCounts
}

/** Asks the runner, at the address of its services. */
export async function readCounts(services: string): Promise<Counts> {
  const response = await fetch(services, {
    method: 'POST',
    headers: { 'x-amz-target': 'RolecastLocal.CountInvocations' },
    body: '{}',
  })
  if (!response.ok) throw new Error(`the local stack does not count invocations: ${response.status}`)
  const all = (await response.json()) as Readonly<Record<string, InvocationCounts>>
  const named = (part: string) => {
    const name = Object.keys(all).find((each) => each.includes(part))
    return all[name ?? ''] ?? { instances: [], routes: {} }
  }
  return { authorizer: named('customer-v2-Authorizer'), tokenService: named('identity-Token') }
}

/** How many instances answered in between. */
export function instancesBetween(before: InvocationCounts, after: InvocationCounts): number {
  return after.instances.filter((count, place) => count > (before.instances[place] ?? 0)).length
}

export interface AllowCosts {
  readonly decisions: number
  /** Requests to the token service but those for the change feed, per decision. */
  readonly allowReads: number
  readonly feedReads: number
}

const feedRoute = 'GET /changes'

/** What allowing cost in between, when nothing changed. @throws where nothing was decided */
export function costsBetween(before: Counts, after: Counts): AllowCosts {
  const decisions = sum(after.authorizer.instances) - sum(before.authorizer.instances)
  if (decisions <= 0) throw new Error('the authorizer decided nothing')
  const asked = sum(after.tokenService.instances) - sum(before.tokenService.instances)
  const feedReads = (after.tokenService.routes[feedRoute] ?? 0) - (before.tokenService.routes[feedRoute] ?? 0)
  return { decisions, feedReads, allowReads: (asked - feedReads) / decisions }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

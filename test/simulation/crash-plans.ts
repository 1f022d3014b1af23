import type { Plan, Step, Whom } from './plan.ts'

const ann: Whom = { organization: 'north', account: 'ann' }
const bob: Whom = { organization: 'south', account: 'bob' }

/** A call has two moments, and no use case here makes more than a dozen calls. */
const moments = Array.from({ length: 26 }, (_, at) => at + 1)

/** A removal and what comes of it, in which one machine dies at a moment: every moment once. */
export function crashPlans(): readonly (readonly [title: string, plan: Plan])[] {
  const stories: readonly (readonly [string, 'token' | 'ingest' | 'admin', readonly Step[]])[] = [
    ['the ingest of a statement', 'ingest', removal(ann)],
    ['the ingest of a hint', 'ingest', removal(bob)],
    ['a token machine after a statement', 'token', removal(ann)],
    ['a token machine after a hint', 'token', removal(bob)],
    ['the change of a custom role', 'admin', roleChange],
  ]
  return stories.flatMap(([title, kind, steps]) =>
    moments.map((moment) => {
      const dies = [0, 1].map((machine): Step => ({ at: 2_000, do: 'die', kind, machine, moments: moment }))
      return [`${title} (${moment})`, { seed: moment, steps: [...steps, ...dies].sort(byTime), skews: [] }] as const
    }),
  )
}

function removal(whom: Whom): readonly Step[] {
  return [
    ask(whom, 1_000),
    { at: 2_001, do: 'assign', whom, status: 'active', roles: ['publisher'], arrivals: [20] },
    ...[2_100, 3_000, 9_000, 40_000, 80_000].map((at) => ask(whom, at)),
  ]
}

const roleChange: readonly Step[] = [
  { at: 10, do: 'organize', organization: 'north', change: 'night', night: ['read', 'write'] },
  { at: 500, do: 'assign', whom: ann, status: 'active', roles: ['custom:night'], arrivals: [5] },
  ask(ann, 1_500),
  { at: 2_001, do: 'organize', organization: 'north', change: 'night', night: ['write'] },
  ...[2_100, 3_000, 9_000, 40_000].map((at) => ask(ann, at)),
]

function ask(whom: Whom, at: number): Step {
  return { at, do: 'request', whom, permission: 'read', authorizer: at % 3, age: 0 }
}

function byTime(one: Step, other: Step): number {
  return one.at - other.at
}

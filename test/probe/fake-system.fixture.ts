import { setTimeout as wait } from 'node:timers/promises'
import type { InvocationCounts } from '../../infra/local/lambda/function-pool.ts'
import type { ProbedSystem } from './run-probe.ts'

export interface FakeFaults {
  /** Authorizers never read what was taken away. */
  readonly feedIsOff?: boolean
  /** Every access asks the token service. */
  readonly asksToAllow?: boolean
  /** Whoever nobody touches is refused now and then. */
  readonly refusesOthers?: boolean
}

const viewer = 'viewer'

/** Four authorizers in turn, each with a copy of its own of what was taken away, read anew every `pollMs`. */
export function fakeSystem({ feedIsOff, asksToAllow, refusesOthers }: FakeFaults = {}, pollMs = 120): ProbedSystem {
  const holders = new Set([viewer])
  const authorizers = [0, 1, 2, 3].map((place) => ({ removed: new Set<string>(), readAt: place * 30, decisions: 0 }))
  const routes: Record<string, number> = {}
  const asked = (route: string) => {
    routes[route] = (routes[route] ?? 0) + 1
  }
  let turn = 0
  const counted = (instances: readonly number[], by: Record<string, number> = {}): InvocationCounts => ({
    instances: [...instances],
    routes: { ...by },
  })
  const others = () => [...known].filter((name) => !holders.has(name))
  const known = new Set<string>([viewer])
  return {
    accounts: ['one', 'two'].map((name) => ({
      name,
      giveRole: async () => {
        known.add(name)
        holders.add(name)
      },
      takeRole: async () => {
        holders.delete(name)
      },
      signIn: async () => name,
    })),
    access: async (token) => {
      const authorizer = authorizers[turn++ % authorizers.length]
      if (authorizer === undefined) return 'failed'
      await wait(1)
      authorizer.decisions++
      if (Date.now() - authorizer.readAt > pollMs) {
        authorizer.readAt = Date.now()
        asked('GET /changes')
        if (feedIsOff !== true) authorizer.removed = new Set(others())
      }
      if (asksToAllow === true) asked('POST /oauth/token')
      if (refusesOthers === true && token === viewer && turn % 7 === 0) return 'denied'
      // What was given is asked for at once.
      return authorizer.removed.has(token) && !holders.has(token) ? 'denied' : 'allowed'
    },
    viewer: async () => viewer,
    counts: async () => ({
      authorizer: counted(authorizers.map(({ decisions }) => decisions)),
      tokenService: counted([Object.values(routes).reduce((total, count) => total + count, 0)], routes),
    }),
  }
}

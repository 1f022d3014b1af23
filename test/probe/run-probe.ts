import { setTimeout as wait } from 'node:timers/promises'
import {
  measurePromise,
  type PromiseReport,
  type PromiseTerms,
} from '@rolecast/core/application/promise/measure-promise'
import type { Access, AccessProduct, SyntheticAccount } from '@rolecast/core/application/promise/ports'
import { type Counts, costsBetween, instancesBetween } from './counts.ts'
import { keepBusy, type LoadCounts } from './keep-busy.ts'

/** What is measured: a running system, or something that behaves like one. */
export interface ProbedSystem {
  readonly accounts: readonly SyntheticAccount[]
  readonly access: AccessProduct
  /** A new token of somebody whose role nobody touches. */
  readonly viewer: () => Promise<string>
  readonly counts: () => Promise<Counts>
}

export interface ProbeOptions extends PromiseTerms {
  /** Accesses per second by somebody whose role nobody touches. */
  readonly loadPerSecond: number
  /** How long nothing changes, to see what allowing costs. */
  readonly allowMs: number
}

export interface ProbeFigures extends PromiseReport {
  /** Authorizers that decided while roles changed. */
  readonly authorizers: number
  readonly allowReads: number
  /** Decisions that `allowReads` is about, and reads of the change feed meanwhile. */
  readonly decisions: number
  readonly feedReads: number
  readonly load: LoadCounts
}

interface Surroundings {
  readonly note: (text: string) => void
  readonly isEnded: () => boolean
}

/** As many as the local stack runs of one function. */
const mostAuthorizers = 4

/** Measures the promise on a system with several authorizers, under load. */
export async function runProbe(
  system: ProbedSystem,
  { note, isEnded }: Surroundings,
  options: ProbeOptions,
): Promise<ProbeFigures> {
  const { accounts, access } = system

  note(`signing in ${accounts.length} synthetic accounts`)
  await Promise.all(accounts.map((account) => account.giveRole()))
  const tokens = await Promise.all(accounts.map((account) => account.signIn()))
  const viewer = await renewed(system.viewer)
  const warm = await warmUp(system.counts, () => Promise.all(tokens.map(access)))
  note(`${warm.authorizer.instances.length} authorizers answer`)

  let done = false
  const load = keepBusy({ access: async () => access(await viewer()), perSecond: options.loadPerSecond }, () => done)
  try {
    note(`nothing changes for ${options.allowMs / 1000} s`)
    const before = await system.counts()
    const until = Date.now() + options.allowMs
    while (Date.now() < until && !isEnded()) {
      await Promise.all(tokens.map(access))
      await wait(options.everyMs)
    }
    const between = await system.counts()
    note(`${options.rounds} rounds of ${accounts.length} accounts with ${options.callers} callers each`)
    const watched = accounts.map((account) => ({
      ...account,
      takeRole: async () => {
        await account.takeRole()
        note(`${account.name}: taken away`)
      },
    }))
    const report = await measurePromise({ accounts: watched, access, clock: Date.now, pause: wait, isEnded }, options)
    const after = await system.counts()
    done = true
    return {
      ...report,
      authorizers: instancesBetween(between.authorizer, after.authorizer),
      ...costsBetween(before, between),
      load: await load,
    }
  } finally {
    done = true
    await load
  }
}

/** Bursts, until every authorizer that there can be has begun, has its keys, and allows. */
async function warmUp(readCounts: ProbedSystem['counts'], access: () => Promise<readonly Access[]>): Promise<Counts> {
  for (let left = warmUps; ; left--) {
    const bursts = await Promise.all(Array.from({ length: mostAuthorizers }, access))
    const counts = await readCounts()
    const isWarm = bursts.flat().every((answer) => answer === 'allowed')
    if ((isWarm && counts.authorizer.instances.length >= mostAuthorizers) || left === 0) return counts
    await wait(warmUpPauseMs)
  }
}

const warmUps = 40
const warmUpPauseMs = 250

const renewAfterMs = 120_000

/** A token that is exchanged anew before it ends. */
async function renewed(exchange: () => Promise<string>): Promise<() => Promise<string>> {
  let token = Promise.resolve(await exchange())
  let since = Date.now()
  return () => {
    if (Date.now() - since > renewAfterMs) {
      since = Date.now()
      token = exchange()
    }
    return token
  }
}

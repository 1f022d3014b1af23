import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { FunctionDefaults, FunctionSize } from './constructs/lambda-function.ts'

/** What differs between stages and is decided once, in code. Addresses and accounts are in `deployment.ts`. */
export interface StageSettings {
  /** True: table, keys, secret and logs outlive their stack and refuse deletion. */
  readonly keepData: boolean
  readonly functions: FunctionDefaults
  readonly token: FunctionSize
  readonly rotateKeys: FunctionSize
  readonly authorizer: FunctionSize
  readonly product: FunctionSize
  /** The functions that keep what is known in step with its sources, by name. */
  readonly sync: {
    readonly project: FunctionSize
    readonly ingest: FunctionSize
    readonly reconcile: FunctionSize
    readonly hooks: FunctionSize
    readonly scim: FunctionSize
    readonly pollSignals: FunctionSize
    readonly probe: FunctionSize
  }
  /** Requests per second, and burst, that the token service takes. */
  readonly throttle: { readonly rate: number; readonly burst: number }
  /** Hours from the end of an organization's reconciliation to its next. */
  readonly reconcileEveryHours: number
  /** Days for which the bus keeps events, to be replayed. */
  readonly archiveDays: number
  /** Whether the example product is deployed beside. */
  readonly example: boolean
  /** Seconds for which gateways keep an authorizer's answer; they keep refusals, too. 0: every request is decided. */
  readonly resultCacheSeconds: number
}

const dev: StageSettings = {
  keepData: false,
  functions: { logRetention: RetentionDays.TWO_WEEKS, keepLogs: false, tracing: false },
  token: { memoryMb: 512, timeoutSeconds: 10 },
  rotateKeys: { memoryMb: 256, timeoutSeconds: 30 },
  authorizer: { memoryMb: 512, timeoutSeconds: 9 },
  product: { memoryMb: 512, timeoutSeconds: 10 },
  sync: {
    ingest: { memoryMb: 512, timeoutSeconds: 30 },
    reconcile: { memoryMb: 512, timeoutSeconds: 60 },
    project: { memoryMb: 512, timeoutSeconds: 60 },
    hooks: { memoryMb: 512, timeoutSeconds: 10 },
    scim: { memoryMb: 512, timeoutSeconds: 29 },
    pollSignals: { memoryMb: 512, timeoutSeconds: 60 },
    // Nearly all of it is waiting; a round has to fit into the time, and the time into the shortest schedule.
    probe: { memoryMb: 256, timeoutSeconds: 240 },
  },
  throttle: { rate: 50, burst: 100 },
  reconcileEveryHours: 24,
  archiveDays: 7,
  example: true,
  resultCacheSeconds: 0,
}

const prod: StageSettings = {
  keepData: true,
  functions: { logRetention: RetentionDays.SIX_MONTHS, keepLogs: true, tracing: true },
  // 1,769 MB is one whole processor: signing and verifying are what the function does.
  token: { memoryMb: 1769, timeoutSeconds: 10 },
  rotateKeys: { memoryMb: 256, timeoutSeconds: 30, reservedConcurrency: 1 },
  authorizer: { memoryMb: 1024, timeoutSeconds: 9 },
  product: { memoryMb: 512, timeoutSeconds: 10 },
  sync: {
    ingest: { memoryMb: 1024, timeoutSeconds: 30 },
    reconcile: { memoryMb: 1024, timeoutSeconds: 60 },
    project: { memoryMb: 1024, timeoutSeconds: 60 },
    // Whoever floods the hooks, who sign in have the rest of the account's concurrency.
    hooks: { memoryMb: 1024, timeoutSeconds: 10, reservedConcurrency: 50 },
    scim: { memoryMb: 1024, timeoutSeconds: 29 },
    pollSignals: { memoryMb: 512, timeoutSeconds: 60, reservedConcurrency: 1 },
    probe: { memoryMb: 256, timeoutSeconds: 240 },
  },
  throttle: { rate: 1000, burst: 2000 },
  reconcileEveryHours: 24,
  archiveDays: 90,
  example: false,
  resultCacheSeconds: 0,
}

/** Every stage. `local` is `dev` on one machine; it is never deployed. */
export const stages = {
  local: { ...dev },
  dev,
  staging: { ...prod, throttle: { rate: 200, burst: 400 }, archiveDays: 30 },
  prod,
} as const satisfies Record<string, StageSettings>

export type StageName = keyof typeof stages

/** The stages that are deployed, in the order a change passes them. */
export const deployedStages = ['dev', 'staging', 'prod'] as const satisfies readonly StageName[]

/** Thrown for a stage that does not exist. */
export class UnknownStage extends Error {
  override readonly name = 'UnknownStage'
}

/** @throws {UnknownStage} naming the stages there are. */
export function stageNamed(name: string): StageName {
  if (Object.hasOwn(stages, name)) return name as StageName
  throw new UnknownStage(`There is no stage "${name}". Stages: ${Object.keys(stages).join(', ')}.`)
}

import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/** What a stage decides for all its logs alike. */
export interface LogDefaults {
  readonly logRetention: RetentionDays
  /** True: logs stay when the stack is deleted. */
  readonly keepLogs: boolean
}

/** A log group that forgets, and stays or goes with its stack, as the stage says. */
export function logGroupFor(scope: Construct, id: string, defaults: LogDefaults): LogGroup {
  return new LogGroup(scope, id, {
    retention: defaults.logRetention,
    removalPolicy: defaults.keepLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  })
}

import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { FunctionDefaults } from './lambda-function.ts'

/** A log group that forgets, and stays or goes with its stack, as the stage says. */
export function logGroupFor(scope: Construct, id: string, defaults: FunctionDefaults): LogGroup {
  return new LogGroup(scope, id, {
    retention: defaults.logRetention,
    removalPolicy: defaults.keepLogs ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  })
}

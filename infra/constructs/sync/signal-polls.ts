import type { DeployedConnection } from '@rolecast/core/adapters/environment/hook-connections'
import { Duration, type RemovalPolicy } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { DataStack } from '../../stacks/data-stack.ts'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { grantItems } from '../table-grants.ts'
import { grantHints } from './grant-hints.ts'
import { ConnectionSecrets } from './hooks.ts'

export interface SignalPollsProps {
  readonly data: DataStack
  /** Transmitters that are polled. */
  readonly connections: readonly DeployedConnection[]
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  readonly removalPolicy: RemovalPolicy
}

/** Asks transmitters of security events for what they hold ready, every minute (RFC 8936). */
export class SignalPolls extends Construct {
  readonly lambda: LambdaFunction

  constructor(scope: Construct, id: string, props: SignalPollsProps) {
    super(scope, id)
    const { data, connections, removalPolicy } = props
    const secrets = new ConnectionSecrets(this, 'Secrets', { connections, removalPolicy })
    this.lambda = new LambdaFunction(this, 'PollSignals', {
      description: 'Polls transmitters of security events and puts hints onto the bus',
      code: props.code,
      environment: {
        ROLECAST_TABLE: data.table.tableName,
        ROLECAST_BUS: data.bus.bus.eventBusName,
        ROLECAST_SIGNAL_POLLS: JSON.stringify(secrets.withArns(connections)),
      },
      size: props.size,
      defaults: props.defaults,
    })
    grantItems(data.table, this.lambda.function, 'poll-signals')
    grantHints(data.bus.bus, this.lambda.function)
    secrets.grantRead(this.lambda)
    new Rule(this, 'Schedule', {
      description: 'Asks for security events',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute asks again anyway.
      targets: [new LambdaTarget(this.lambda.function, { event: RuleTargetInput.fromObject({}), retryAttempts: 0 })],
    })
  }
}

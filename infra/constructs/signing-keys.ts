import { CfnResource, Duration, Stack } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Function as CdkFunction } from 'aws-cdk-lib/aws-lambda'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Trigger } from 'aws-cdk-lib/triggers'
import { Construct, type IConstruct } from 'constructs'
import type { FunctionDefaults } from './lambda-function.ts'
import { logGroupFor } from './log-group.ts'

export interface SigningKeysProps {
  /** The function that looks after the key ring and does what is due. */
  readonly rotate: CdkFunction
  readonly every: Duration
  readonly defaults: FunctionDefaults
}

/** Signing keys that exist before the first request and change on their own: made by a deployment, then on a schedule. */
export class SigningKeys extends Construct {
  readonly schedule: Rule

  constructor(scope: Construct, id: string, { rotate, every, defaults }: SigningKeysProps) {
    super(scope, id)
    new Trigger(this, 'FirstKeys', { handler: rotate, timeout: Duration.minutes(1) })
    this.#keepTriggerLogs(logGroupFor(this, 'TriggerLogs', defaults))
    this.schedule = new Rule(this, 'Schedule', {
      description: 'Looks whether a signing key is due',
      schedule: Schedule.rate(every),
      targets: [
        new LambdaTarget(rotate, {
          event: RuleTargetInput.fromObject({}),
          retryAttempts: 3,
          maxEventAge: Duration.hours(1),
        }),
      ],
    })
  }

  /** The function that the CDK brings along for triggers would log into a group that keeps everything for ever. */
  #keepTriggerLogs({ logGroupName }: LogGroup): void {
    const isProvider = (node: IConstruct): node is CfnResource =>
      CfnResource.isCfnResource(node) && /AWSCDK\.Trigger\w*\/Handler$/.test(node.node.path)
    for (const provider of Stack.of(this).node.findAll().filter(isProvider)) {
      provider.addPropertyOverride('LoggingConfig', { LogGroup: logGroupName })
    }
  }
}

/**
 * Lets a function use the wrapping key for the signing keys of one stage only: the key's cryptographic context has to
 * name the stage.
 */
export function grantWrapping(
  key: IKey,
  to: CdkFunction,
  actions: readonly ('Encrypt' | 'Decrypt')[],
  stage: string,
): void {
  to.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `kms:${action}`),
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:EncryptionContext:stage': stage },
        // Exactly the two members the functions bind, and no call without them.
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['stage', 'kid'] },
      },
    }),
  )
}

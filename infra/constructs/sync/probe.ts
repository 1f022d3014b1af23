import type { ProbeSettings } from '@rolecast/core/adapters/environment/probe-settings'
import { CfnOutput, Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { grantSecretOf } from '../identity-admins.ts'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'

export interface ProbeProps {
  readonly stage: string
  readonly settings: ProbeSettings
  /** Where the token service answers. */
  readonly tokenService: string
  /** Seconds; the function's default where it is absent. */
  readonly tokenSeconds?: number | undefined
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  readonly removalPolicy: RemovalPolicy
}

/**
 * Measures the promise where it was given: takes a role from a synthetic account and gives it back, from outside, as everybody
 * does. It sees neither the table nor a key; what it may read is its own secret.
 */
export class Probe extends Construct {
  readonly lambda: LambdaFunction
  readonly settings: ProbeSettings

  constructor(scope: Construct, id: string, props: ProbeProps) {
    super(scope, id)
    const { settings, size, tokenSeconds } = props
    this.settings = settings
    const secret = new Secret(this, 'Secret', {
      description: 'What lets the probe sign in and change the role of its account: {"signIn":"…","role":"…"}',
      // Both come from others; until they are put in, every round fails, and the alarm says so.
      generateSecretString: { secretStringTemplate: '{"role":"not-set"}', generateStringKey: 'signIn' },
      removalPolicy: props.removalPolicy,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The provider and the keeper of the role issue what is in it; replacing it is described in docs/deploy.md.',
    })
    this.lambda = new LambdaFunction(this, 'Probe', {
      description: 'Measures how long a removed role still opens a product, with a synthetic account',
      code: props.code,
      environment: {
        ROLECAST_STAGE: props.stage,
        ROLECAST_TOKEN_SERVICE: props.tokenService,
        ROLECAST_PROBE: JSON.stringify(settings),
        ROLECAST_PROBE_SECRET: secret.secretArn,
        ROLECAST_PROBE_SECONDS: String(size.timeoutSeconds),
        ...(tokenSeconds === undefined ? {} : { ROLECAST_TOKEN_SECONDS: String(tokenSeconds) }),
      },
      size,
      defaults: props.defaults,
    })
    grantSecretOf(secret, this.lambda.function)
    new Rule(this, 'Schedule', {
      description: 'A round of the probe',
      schedule: Schedule.rate(Duration.minutes(settings.everyMinutes)),
      // The next round is the next try; two at the same time would take each other's role away.
      targets: [
        new LambdaTarget(this.lambda.function, {
          event: RuleTargetInput.fromObject({}),
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    })
    new CfnOutput(this, 'SecretArn', { value: secret.secretArn })
  }
}

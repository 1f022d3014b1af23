import { Aws, type Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { AccountPrincipal, AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

export interface OutboundBusProps {
  /** The one role that may put events. */
  readonly publisher: IRole
  /** Accounts, beside its own, that may set rules on the bus and look after those they have set. */
  readonly subscribers: readonly string[]
  readonly archive: Duration
  readonly removalPolicy: RemovalPolicy
}

/** A bus for what product teams are told. Nobody but the publisher puts anything onto it, whatever rights it was given elsewhere. */
export class OutboundBus extends Construct {
  readonly bus: EventBus

  constructor(scope: Construct, id: string, props: OutboundBusProps) {
    super(scope, id)
    this.bus = new EventBus(this, 'Default', { description: 'Changes of permissions and roles, for product teams' })
    this.bus.applyRemovalPolicy(props.removalPolicy)
    this.bus.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OnlyThePublisher',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['events:PutEvents'],
        resources: [this.bus.eventBusArn],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': props.publisher.roleArn } },
      }),
    )
    for (const account of props.subscribers) this.#let(account)
    this.bus.archive('Archive', {
      description: 'Events to replay for a product team',
      eventPattern: { account: [Stack.of(this).account] },
      retention: props.archive,
    })
  }

  #let(account: string): void {
    this.bus.addToResourcePolicy(
      new PolicyStatement({
        sid: `Subscriber${account}`,
        principals: [new AccountPrincipal(account)],
        actions: [
          'events:PutRule',
          'events:PutTargets',
          'events:RemoveTargets',
          'events:DeleteRule',
          'events:DescribeRule',
          'events:EnableRule',
          'events:DisableRule',
          'events:ListTargetsByRule',
        ],
        resources: [`arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${this.bus.eventBusName}/*`],
        conditions: { StringEqualsIfExists: { 'events:creatorAccount': account } },
      }),
    )
  }
}

import { Aws, type Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

export interface IdentityBusProps {
  /** The only values of `source` that the bus takes, from any account that may put events. */
  readonly sources: readonly string[]
  /** Those that only its own account may use. */
  readonly ownSources?: readonly string[]
  /** Accounts, beside its own, that may put events. */
  readonly accounts: readonly string[]
  readonly archive: Duration
  readonly removalPolicy: RemovalPolicy
}

/**
 * A bus for identity events alone. Whoever puts an event chooses its `source`, so the bus refuses by policy every source
 * that is not named, also from its own account, and every account that is not named.
 */
export class IdentityBus extends Construct {
  readonly bus: EventBus

  constructor(scope: Construct, id: string, props: IdentityBusProps) {
    super(scope, id)
    const { sources, ownSources = [], accounts } = props
    this.bus = new EventBus(this, 'Default', { description: 'Statements of identity admins about accounts' })
    this.bus.applyRemovalPolicy(props.removalPolicy)
    this.#addStatement('OnlyNamedSources', {
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      conditions: { 'ForAnyValue:StringNotEquals': { 'events:source': [...sources, ...ownSources] } },
    })
    this.#addStatement('OnlyNamedAccounts', {
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      conditions: { StringNotEquals: { 'aws:PrincipalAccount': [Aws.ACCOUNT_ID, ...accounts] } },
    })
    for (const account of accounts) {
      this.#addStatement(`Account${account}`, {
        principals: [new AccountPrincipal(account)],
        conditions: { 'ForAllValues:StringEquals': { 'events:source': sources } },
      })
    }
    this.bus.archive('Archive', {
      description: 'Events to replay after a repair',
      eventPattern: { account: [Stack.of(this).account, ...accounts] },
      retention: props.archive,
    })
  }

  #addStatement(sid: string, terms: PolicyStatementProps): void {
    const { eventBusArn } = this.bus
    this.bus.addToResourcePolicy(
      new PolicyStatement({ sid, actions: ['events:PutEvents'], resources: [eventBusArn], ...terms }),
    )
  }
}

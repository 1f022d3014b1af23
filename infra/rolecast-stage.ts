import { Annotations, Stage, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { CustomerV2Stack } from '../examples/customer-v2/infra/customer-v2-stack.ts'
import { contextKey, readDeployment } from './deployment.ts'
import { DataStack } from './stacks/data-stack.ts'
import { IdentityStack } from './stacks/identity-stack.ts'
import { OperationsStack } from './stacks/operations-stack.ts'
import { SyncStack } from './stacks/sync-stack.ts'
import { type StageName, stages } from './stages.ts'

export interface RolecastStageProps {
  readonly stage: StageName
  /** Folder that `npm run build` writes. */
  readonly dist: string
}

/** Rolecast in one stage: what is kept, what issues, what watches. */
export class RolecastStage extends Stage {
  readonly data: DataStack
  readonly identity: IdentityStack
  readonly sync: SyncStack

  constructor(scope: Construct, { stage, dist }: RolecastStageProps) {
    const { deployment, configured } = readDeployment(stage, scope.node.tryGetContext(contextKey(stage)))
    const { account, region } = deployment
    super(scope, `rolecast-${stage}`, {
      env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
    })
    const settings = stages[stage]
    const shared = { settings, deployment, terminationProtection: settings.keepData }
    this.data = new DataStack(this, 'data', { ...shared, description: 'Rolecast: table, keys, secret, bus' })
    this.identity = new IdentityStack(this, 'identity', {
      ...shared,
      stage,
      dist,
      data: this.data,
      description: 'Rolecast: token service, key rotation, SDK layer',
    })
    this.sync = new SyncStack(this, 'sync', {
      ...shared,
      stage,
      dist,
      data: this.data,
      identity: this.identity,
      description: 'Rolecast: events in, reconciliation, read views, events out',
    })
    new OperationsStack(this, 'operations', {
      stage,
      deployment,
      data: this.data,
      identity: this.identity,
      sync: this.sync,
      description: 'Rolecast: alarms and dashboard',
    })
    if (settings.example) {
      new CustomerV2Stack(this, 'customer-v2', {
        stage,
        issuer: this.identity.issuer,
        tokenServiceUrl: this.identity.issuer,
        resultCacheSeconds: settings.resultCacheSeconds,
        outboundBus: this.sync.project.outbound.bus.eventBusName,
        ...(deployment.ages.tokenSeconds === undefined ? {} : { tokenSeconds: deployment.ages.tokenSeconds }),
        size: settings.product,
        authorizerSize: settings.authorizer,
        defaults: settings.functions,
        dist,
        description: 'Rolecast: the example product',
      })
    }
    Tags.of(this).add('application', 'rolecast')
    Tags.of(this).add('stage', stage)
    if (!configured) {
      Annotations.of(this.identity).addWarningV2(
        'rolecast:not-configured',
        `Context "${contextKey(stage)}" is not set: the placeholders trust no identity provider. See docs/deploy.md.`,
      )
    }
  }
}

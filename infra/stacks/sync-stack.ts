import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { LambdaFunction } from '../constructs/lambda-function.ts'
import type { Hooks } from '../constructs/sync/hooks.ts'
import { Ingest } from '../constructs/sync/ingest.ts'
import { Probe } from '../constructs/sync/probe.ts'
import { Project } from '../constructs/sync/project.ts'
import { ProviderEvents } from '../constructs/sync/provider-events.ts'
import { Reconcile } from '../constructs/sync/reconcile.ts'
import { Scim } from '../constructs/sync/scim.ts'
import type { Deployment } from '../deployment.ts'
import type { StageName, StageSettings } from '../stages.ts'
import type { DataStack } from './data-stack.ts'
import type { IdentityStack } from './identity-stack.ts'

export interface SyncStackProps extends StackProps {
  readonly stage: StageName
  readonly settings: StageSettings
  readonly deployment: Deployment
  readonly data: DataStack
  readonly identity: IdentityStack
  /** Folder that `npm run build` writes. */
  readonly dist: string
}

/** Keeps what is known in step with its sources: events in, reconciliation, read views, events out. Nothing here is kept but queues. */
export class SyncStack extends Stack {
  /** Every function of the stack by its name, to be watched. */
  readonly functions: Readonly<Record<string, LambdaFunction>>
  readonly ingest: Ingest
  /** Where identity providers deliver over HTTP, if any does. */
  readonly hooks: Hooks | undefined
  /** Where the deployment has one. */
  readonly probe: Probe | undefined
  readonly project: Project
  readonly scim: Scim
  readonly reconcile: Reconcile

  constructor(scope: Construct, id: string, props: SyncStackProps) {
    super(scope, id, props)
    const { settings, deployment, data, dist } = props
    const removalPolicy = settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    const shared = { data, deployment, defaults: settings.functions, removalPolicy }
    const code = (name: string) => `${dist}/functions/${name}`
    this.ingest = new Ingest(this, 'Ingest', { ...shared, code: code('ingest'), size: settings.sync.ingest })
    this.project = new Project(this, 'Project', {
      table: data.table,
      code: code('project'),
      size: settings.sync.project,
      defaults: settings.functions,
      subscribers: deployment.subscriberAccounts,
      archive: Duration.days(settings.archiveDays),
      removalPolicy,
    })
    this.reconcile = new Reconcile(this, 'Reconcile', {
      ...shared,
      code: code('reconcile'),
      size: settings.sync.reconcile,
      every: Duration.hours(settings.reconcileEveryHours),
    })
    this.scim = new Scim(this, 'Scim', {
      ...shared,
      stage: props.stage,
      code: code('scim'),
      size: settings.sync.scim,
      throttle: settings.throttle,
    })
    new CfnOutput(this, 'ScimUrl', { value: this.scim.api.origin, description: 'Before /scim/v2' })
    const providers = new ProviderEvents(this, 'Providers', {
      stage: props.stage,
      settings,
      data,
      connections: deployment.hooks,
      queue: this.ingest.queue,
      code,
      removalPolicy,
    })
    this.hooks = providers.hooks
    if (this.hooks !== undefined) {
      new CfnOutput(this, 'HooksUrl', { value: this.hooks.api.origin, description: 'Before /hooks/{name}' })
    }
    if (deployment.probe !== undefined) {
      this.probe = new Probe(this, 'Probe', {
        stage: props.stage,
        settings: deployment.probe,
        tokenService: props.identity.issuer,
        tokenSeconds: deployment.ages.tokenSeconds,
        code: code('probe'),
        size: settings.sync.probe,
        defaults: settings.functions,
        removalPolicy,
      })
    }
    this.functions = {
      ...(this.probe === undefined ? {} : { probe: this.probe.lambda }),
      ...providers.functions,
      project: this.project.lambda,
      scim: this.scim.lambda,
      ingest: this.ingest.lambda,
      reconcile: this.reconcile.lambda,
    }
    const { queue, deadLetters } = this.ingest.queue
    new CfnOutput(this, 'OutboundBusName', {
      value: this.project.outbound.bus.eventBusName,
      description: 'Where product teams set rules for Permissions Changed and Role Changed',
    })
    new CfnOutput(this, 'EventQueueUrl', { value: queue.queueUrl })
    new CfnOutput(this, 'DeadLetterQueueUrl', {
      value: deadLetters.queueUrl,
      description: 'Redriven by npm run parked',
    })
  }
}

import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { LambdaFunction } from '../constructs/lambda-function.ts'
import { Ingest } from '../constructs/sync/ingest.ts'
import { Project } from '../constructs/sync/project.ts'
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
  readonly project: Project

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
    this.functions = { project: this.project.lambda, ingest: this.ingest.lambda }
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

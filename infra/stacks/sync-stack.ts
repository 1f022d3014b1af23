import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { LambdaFunction } from '../constructs/lambda-function.ts'
import { IngestQueue } from '../constructs/sync/ingest-queue.ts'
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
  readonly events: IngestQueue

  constructor(scope: Construct, id: string, props: SyncStackProps) {
    super(scope, id, props)
    const { settings, deployment, data } = props
    this.events = new IngestQueue(this, 'Events', {
      bus: data.bus.bus,
      sources: deployment.eventSources,
      timeout: Duration.seconds(settings.sync.ingest.timeoutSeconds),
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    this.functions = {}
    new CfnOutput(this, 'EventQueueUrl', { value: this.events.queue.queueUrl })
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: this.events.deadLetters.queueUrl })
  }
}

import type { DeployedConnection } from '@rolecast/core/adapters/environment/hook-connections'
import type { RemovalPolicy } from 'aws-cdk-lib'
import { EventBus, Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { Construct } from 'constructs'
import type { IngestQueue } from './ingest-queue.ts'

export interface PartnerEventsProps {
  readonly connections: readonly DeployedConnection[]
  readonly queue: IngestQueue
  readonly removalPolicy: RemovalPolicy
}

/**
 * The buses on which partners put events, one for each of their sources, and the rule that takes all of them into the ingest
 * queue. Only EventBridge itself puts events under a name that begins with `aws.`, so these need no policy. The source has to
 * wait in the account before it is deployed: whoever offers it is told the account first.
 */
export class PartnerEvents extends Construct {
  constructor(scope: Construct, id: string, { connections, queue, removalPolicy }: PartnerEventsProps) {
    super(scope, id)
    const sources = connections.flatMap((each) => ('eventSource' in each ? [each.eventSource] : []))
    for (const source of new Set(sources)) {
      const name = source.replaceAll(/[^A-Za-z0-9]/g, '-')
      const bus = new EventBus(this, `Bus-${name}`, { eventSourceName: source, description: 'Events of a partner' })
      bus.applyRemovalPolicy(removalPolicy)
      new Rule(this, `Rule-${name}`, {
        description: 'Events of a partner, to be read as hints',
        eventBus: bus,
        eventPattern: { source: [source] },
        targets: [new SqsQueue(queue.queue, { deadLetterQueue: queue.deadLetters })],
      })
    }
  }
}

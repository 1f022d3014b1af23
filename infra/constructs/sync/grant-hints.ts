import { hintSource } from '@rolecast/core/adapters/environment/event-sources'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'

/** Lets a function put hints onto the bus under our own name, and nothing under another one. */
export function grantHints(bus: IEventBus, to: IGrantable): void {
  to.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      // The key holds the sources of all entries of a request: every one of them has to be ours.
      conditions: { 'ForAllValues:StringEquals': { 'events:source': hintSource }, Null: { 'events:source': 'false' } },
    }),
  )
}

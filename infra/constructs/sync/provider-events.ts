import type { DeployedConnection } from '@rolecast/core/adapters/environment/hook-connections'
import type { RemovalPolicy } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { DataStack } from '../../stacks/data-stack.ts'
import type { StageSettings } from '../../stages.ts'
import type { LambdaFunction } from '../lambda-function.ts'
import { isHook, isPolled } from './connections.ts'
import { Hooks } from './hooks.ts'
import type { IngestQueue } from './ingest-queue.ts'
import { PartnerEvents } from './partner-events.ts'
import { SignalPolls } from './signal-polls.ts'

export interface ProviderEventsProps {
  readonly stage: string
  readonly settings: StageSettings
  readonly data: DataStack
  readonly connections: readonly DeployedConnection[]
  readonly queue: IngestQueue
  /** Folder of a function's `index.mjs`, by its name. */
  readonly code: (name: string) => string
  readonly removalPolicy: RemovalPolicy
}

/** How identity providers tell that something changed: each way is there only where a connection takes it. */
export class ProviderEvents extends Construct {
  readonly hooks: Hooks | undefined
  /** Its functions by their names. */
  readonly functions: Readonly<Record<string, LambdaFunction>>

  constructor(scope: Construct, id: string, props: ProviderEventsProps) {
    super(scope, id)
    const { settings, data, connections, queue, code, removalPolicy, stage } = props
    const { throttle } = settings
    const shared = { data, defaults: settings.functions, removalPolicy }
    const functions: Record<string, LambdaFunction> = {}
    new PartnerEvents(this, 'Partners', { connections, queue, removalPolicy })
    const delivering = connections.filter(isHook)
    if (delivering.length > 0) {
      const size = settings.sync.hooks
      this.hooks = new Hooks(this, 'Hooks', {
        ...shared,
        stage,
        connections: delivering,
        code: code('hooks'),
        size,
        throttle,
      })
      functions['hooks'] = this.hooks.lambda
    }
    const polled = connections.filter(isPolled)
    if (polled.length > 0) {
      const size = settings.sync.pollSignals
      const polls = new SignalPolls(this, 'Signals', {
        ...shared,
        connections: polled,
        code: code('poll-signals'),
        size,
      })
      functions['poll-signals'] = polls.lambda
    }
    this.functions = functions
  }
}

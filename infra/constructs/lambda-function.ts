import { Duration, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  Function as CdkFunction,
  Code,
  type ILayerVersion,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { checkEnvironmentSize } from './environment-size.ts'
import { type LogDefaults, logGroupFor } from './log-group.ts'

/** What a stage decides for a function. */
export interface FunctionSize {
  readonly memoryMb: number
  readonly timeoutSeconds: number
  /** Absent: the function shares the account's concurrency. */
  readonly reservedConcurrency?: number
}

/** What a stage decides for all its functions alike. */
export interface FunctionDefaults extends LogDefaults {
  /** AWS X-Ray tracing. */
  readonly tracing: boolean
}

export interface LambdaFunctionProps {
  readonly description: string
  /** Folder that holds `index.mjs`, as `npm run build` leaves it. */
  readonly code: string
  readonly environment: Readonly<Record<string, string>>
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  readonly layers?: readonly ILayerVersion[]
}

/**
 * A function with the house defaults: Node 24 on arm64, a log group of its own with a stated retention, and a role that
 * may write to that log group and nothing else until something is granted.
 */
export class LambdaFunction extends Construct {
  readonly function: CdkFunction
  readonly logGroup: LogGroup
  readonly timeout: Duration

  constructor(scope: Construct, id: string, props: LambdaFunctionProps) {
    super(scope, id)
    const { size, defaults } = props
    checkEnvironmentSize(props.description, props.environment)
    this.timeout = Duration.seconds(size.timeoutSeconds)
    this.logGroup = logGroupFor(this, 'Logs', defaults)
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.logGroup.grantWrite(role)
    this.function = new CdkFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.code),
      role,
      logGroup: this.logGroup,
      memorySize: size.memoryMb,
      timeout: this.timeout,
      tracing: defaults.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: { ...props.environment },
      layers: [...(props.layers ?? [])],
      ...(size.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: size.reservedConcurrency }),
    })
    if (defaults.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'X-Ray knows no resources: xray:PutTraceSegments and xray:PutTelemetryRecords can only be granted on *.',
      })
    }
  }
}

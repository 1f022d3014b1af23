import type { DeployedConnection } from '@rolecast/core/adapters/environment/hook-connections'
import { type RemovalPolicy, Validations } from 'aws-cdk-lib'
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { DataStack } from '../../stacks/data-stack.ts'
import { grantSecretOf } from '../identity-admins.ts'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { PublicHttpApi } from '../public-http-api.ts'
import { grantItems } from '../table-grants.ts'
import { grantHints } from './grant-hints.ts'

export interface HooksProps {
  readonly stage: string
  readonly data: DataStack
  /** Those that deliver over HTTP. */
  readonly connections: readonly DeployedConnection[]
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  readonly throttle: { readonly rate: number; readonly burst: number }
  readonly removalPolicy: RemovalPolicy
}

/** Where identity providers deliver events over HTTP: `/hooks/{name}`, each connection with a secret of its own. */
export class Hooks extends Construct {
  readonly lambda: LambdaFunction
  readonly api: PublicHttpApi

  constructor(scope: Construct, id: string, props: HooksProps) {
    super(scope, id)
    const { data, connections, removalPolicy } = props
    const secrets = new ConnectionSecrets(this, 'Secrets', { connections, removalPolicy })
    this.lambda = new LambdaFunction(this, 'Hooks', {
      description: 'Takes events of identity providers over HTTP and puts hints onto the bus',
      code: props.code,
      environment: {
        ROLECAST_TABLE: data.table.tableName,
        ROLECAST_BUS: data.bus.bus.eventBusName,
        ROLECAST_HOOKS: JSON.stringify(secrets.withArns(connections)),
      },
      size: props.size,
      defaults: props.defaults,
    })
    grantItems(data.table, this.lambda.function, 'hooks')
    grantHints(data.bus.bus, this.lambda.function)
    secrets.grantRead(this.lambda)
    this.api = new PublicHttpApi(this, 'Api', {
      name: `rolecast-${props.stage}-hooks`,
      description: 'Takes what identity providers deliver',
      openBecause:
        'Each sender proves itself in the way of its own protocol, which the function checks before all else.',
      throttle: props.throttle,
      defaults: props.defaults,
    })
    this.api.api.addRoutes({
      path: '/hooks/{name}',
      methods: [HttpMethod.GET, HttpMethod.POST],
      integration: new HttpLambdaIntegration('Hooks', this.lambda.function),
    })
  }
}

interface ConnectionSecretsProps {
  readonly connections: readonly DeployedConnection[]
  readonly removalPolicy: RemovalPolicy
}

/** A secret for each connection: made up here, for the owner to give to the other side or to replace by theirs. */
export class ConnectionSecrets extends Construct {
  readonly #secrets: ReadonlyMap<string, Secret>

  constructor(scope: Construct, id: string, { connections, removalPolicy }: ConnectionSecretsProps) {
    super(scope, id)
    this.#secrets = new Map(connections.map(({ name }) => [name, this.#make(name, removalPolicy)]))
  }

  withArns(connections: readonly DeployedConnection[]): readonly object[] {
    return connections.map((connection) => ({
      ...connection,
      secretArn: this.#secrets.get(connection.name)?.secretArn,
    }))
  }

  grantRead({ function: lambda }: LambdaFunction): void {
    for (const secret of this.#secrets.values()) grantSecretOf(secret, lambda)
  }

  #make(name: string, removalPolicy: RemovalPolicy): Secret {
    const secret = new Secret(this, name, {
      description: `What proves the sender of the connection ${name}`,
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'secret', excludePunctuation: true },
      removalPolicy,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The other side has to be given the same secret; changing it without a gap is described in docs/sync.md.',
    })
    return secret
  }
}

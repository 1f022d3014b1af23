import { listsIndex } from '@rolecast/core/adapters/dynamodb/keys'
import { hintSource } from '@rolecast/core/adapters/environment/event-sources'
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { AttributeType, Billing, ProjectionType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { IdentityBus } from '../constructs/identity-bus.ts'
import type { Deployment } from '../deployment.ts'
import type { StageSettings } from '../stages.ts'

export interface DataStackProps extends StackProps {
  readonly settings: StageSettings
  readonly deployment: Deployment
}

/** Everything that must outlive a deployment: the table, the key that wraps signing keys, a secret and the bus. */
export class DataStack extends Stack {
  readonly table: TableV2
  readonly wrappingKey: Key
  readonly identityAdminSecret: Secret
  readonly bus: IdentityBus

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props)
    const { settings, deployment } = props
    const removalPolicy = settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'ttl',
      globalSecondaryIndexes: [
        {
          indexName: listsIndex.name,
          partitionKey: { name: listsIndex.key, type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...listsIndex.attributes],
        },
      ],
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: settings.keepData,
      removalPolicy,
    })
    this.wrappingKey = new Key(this, 'WrappingKey', {
      description: 'Wraps the private keys that sign Rolecast tokens',
      enableKeyRotation: true,
      // Whoever loses this key signs nothing any more: leave the longest time to notice.
      pendingWindow: Duration.days(30),
      removalPolicy,
    })
    this.identityAdminSecret = new Secret(this, 'IdentityAdminSecret', {
      description: 'Client secret for the identity admin; register the generated one there, or put theirs in',
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'clientSecret' },
      removalPolicy,
    })
    Validations.of(this.identityAdminSecret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The identity admin issues this secret; rotating it is a step there and here (docs/deploy.md).',
    })
    this.bus = new IdentityBus(this, 'Bus', {
      sources: deployment.eventSources.map(({ source }) => source),
      ownSources: [hintSource],
      accounts: deployment.eventAccounts,
      archive: Duration.days(settings.archiveDays),
      removalPolicy,
    })
    new CfnOutput(this, 'TableName', { value: this.table.tableName })
    new CfnOutput(this, 'IdentityAdminSecretArn', { value: this.identityAdminSecret.secretArn })
    new CfnOutput(this, 'BusArn', { value: this.bus.bus.eventBusArn, description: 'Where identity admins put events' })
  }
}

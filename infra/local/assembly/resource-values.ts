import { createHash } from 'node:crypto'

/** What a resource is called on this machine: deterministic, so that data kept between starts is found again. */
export interface ResourceIdentity {
  readonly stack: string
  readonly account: string
  readonly region: string
  readonly logicalId: string
  readonly type: string
  /** A resolved property, or undefined. */
  readonly property: (name: string) => unknown
}

interface Values {
  readonly ref: string
  readonly attributes: Readonly<Record<string, string>>
}

type Describe = (id: ResourceIdentity) => Values

/** What Ref answers for a resource, and what Fn::GetAtt does by attribute name. Unknown types have a name and an Arn. */
export function resourceValues(id: ResourceIdentity): Values {
  return (DESCRIBE[id.type] ?? named())(id)
}

/** Ids that AWS makes up (of APIs, authorizers, resources): ten characters, the same at every synth. */
function shortId({ stack, logicalId }: Pick<ResourceIdentity, 'stack' | 'logicalId'>): string {
  return createHash('sha256').update(`${stack}/${logicalId}`).digest('hex').slice(0, 10)
}

function physicalName(id: ResourceIdentity, property: string, longest = 255): string {
  const given = id.property(property)
  if (typeof given === 'string') return given
  const name = `${id.stack}-${id.logicalId}`
  return name.length <= longest ? name : `${name.slice(0, longest - 11)}-${shortId(id)}`
}

function arn({ account, region }: ResourceIdentity, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`
}

/** Ref is the name; the ARN is `service:prefix/name`. */
function named(
  property = 'Name',
  service = 'local',
  prefix = '',
  more: (name: string, id: ResourceIdentity) => Record<string, string> = () => ({}),
): Describe {
  return (id) => {
    const name = physicalName(id, property, 64)
    return { ref: name, attributes: { Arn: arn(id, service, `${prefix}${name}`), ...more(name, id) } }
  }
}

/** Ref is a made-up id, which some types also have as an attribute. */
function numbered(...attributes: string[]): Describe {
  return (id) => {
    const ref = shortId(id)
    return { ref, attributes: Object.fromEntries(attributes.map((name) => [name, ref])) }
  }
}

const table: Describe = named('TableName', 'dynamodb', 'table/', (name, id) => ({
  StreamArn: arn(id, 'dynamodb', `table/${name}/stream/local`),
  TableId: shortId(id),
}))

const stage: Describe = (id) => ({ ref: physicalName(id, 'StageName'), attributes: {} })

const version = (qualifier: (id: ResourceIdentity) => string): Describe => {
  return (id) => {
    const name = String(id.property('FunctionName'))
    const base = name.startsWith('arn:') ? name : arn(id, 'lambda', `function:${name}`)
    return {
      ref: `${base}:${qualifier(id)}`,
      attributes: { FunctionArn: `${base}:${qualifier(id)}`, Version: '1', AliasArn: `${base}:${qualifier(id)}` },
    }
  }
}

const DESCRIBE: Readonly<Record<string, Describe>> = {
  'AWS::ApiGateway::Authorizer': numbered('AuthorizerId'),
  'AWS::ApiGateway::Deployment': numbered('DeploymentId'),
  'AWS::ApiGateway::Resource': numbered('ResourceId'),
  'AWS::ApiGateway::RestApi': (id) => {
    const ref = shortId(id)
    return { ref, attributes: { RestApiId: ref, RootResourceId: `${ref}-root` } }
  },
  'AWS::ApiGateway::Stage': stage,
  'AWS::ApiGatewayV2::Api': (id) => {
    const ref = shortId(id)
    return {
      ref,
      attributes: { ApiId: ref, ApiEndpoint: `https://${ref}.execute-api.${id.region}.amazonaws.com` },
    }
  },
  'AWS::ApiGatewayV2::Authorizer': numbered('AuthorizerId'),
  'AWS::ApiGatewayV2::Integration': numbered('IntegrationId'),
  'AWS::ApiGatewayV2::Route': numbered('RouteId'),
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::Archive': named('ArchiveName', 'events', 'archive/'),
  'AWS::Events::EventBus': named('Name', 'events', 'event-bus/', (name) => ({ Name: name })),
  'AWS::Events::Rule': named('Name', 'events', 'rule/'),
  'AWS::IAM::Role': named('RoleName', 'iam', 'role/', (_, id) => ({ RoleId: shortId(id) })),
  'AWS::KMS::Alias': named('AliasName', 'kms', 'alias/'),
  'AWS::KMS::Key': (id) => {
    const hash = createHash('sha256').update(`${id.stack}/${id.logicalId}`).digest('hex')
    const key = hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    return { ref: key, attributes: { KeyId: key, Arn: arn(id, 'kms', `key/${key}`) } }
  },
  'AWS::Lambda::Alias': version((id) => String(id.property('Name'))),
  'AWS::Lambda::Function': named('FunctionName', 'lambda', 'function:'),
  'AWS::Lambda::LayerVersion': (id) => {
    const ref = arn(id, 'lambda', `layer:${physicalName(id, 'LayerName')}:1`)
    return { ref, attributes: { LayerVersionArn: ref } }
  },
  'AWS::Lambda::Version': version(() => '1'),
  'AWS::Logs::LogGroup': named('LogGroupName', 'logs', 'log-group:'),
  'AWS::SNS::Topic': (id) => {
    const name = physicalName(id, 'TopicName')
    const ref = arn(id, 'sns', name)
    return { ref, attributes: { TopicArn: ref, TopicName: name } }
  },
  'AWS::SQS::Queue': (id) => {
    const name = physicalName(id, 'QueueName', 80)
    const url = `https://sqs.${id.region}.amazonaws.com/${id.account}/${name}`
    return { ref: url, attributes: { Arn: arn(id, 'sqs', name), QueueName: name, QueueUrl: url } }
  },
  'AWS::SSM::Parameter': (id) => {
    const name = physicalName(id, 'Name')
    return { ref: name, attributes: { Type: String(id.property('Type')), Value: String(id.property('Value')) } }
  },
  'AWS::Scheduler::Schedule': named('Name', 'scheduler', 'schedule/default/'),
  'AWS::SecretsManager::Secret': (id) => {
    const ref = arn(id, 'secretsmanager', `secret:${physicalName(id, 'Name')}-${shortId(id).slice(0, 6)}`)
    return { ref, attributes: { Id: ref, Arn: ref } }
  },
}

/** Resource types that the local stack gives life to. */
const EMULATED: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::EventBusPolicy',
  'AWS::Events::Rule',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
  'Custom::Trigger',
])

/** Types that change nothing a request could notice: rights of roles, logs, alarms, what a deployment is made of. */
const WITHOUT_EFFECT: readonly RegExp[] = [
  /^AWS::ApiGateway::(Account|Deployment|Model|RequestValidator|UsagePlan|UsagePlanKey)$/,
  /^AWS::ApiGatewayV2::Deployment$/,
  /^AWS::CDK::/,
  /^AWS::CloudWatch::/,
  /^AWS::Events::Archive$/,
  /^AWS::IAM::/,
  /^AWS::KMS::Alias$/,
  /^AWS::Logs::/,
  /^AWS::SNS::(Topic|TopicPolicy|Subscription)$/,
  /^AWS::SQS::QueuePolicy$/,
  /^AWS::Scheduler::ScheduleGroup$/,
  /^AWS::SecretsManager::ResourcePolicy$/,
]

/** Whether a type would change what a request sees, and is not here: the runner says so by name. */
export function isMissing(type: string): boolean {
  return !EMULATED.has(type) && !WITHOUT_EFFECT.some((pattern) => pattern.test(type))
}

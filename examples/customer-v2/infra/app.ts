/**
 * The product team's own CDK app, in an account of its own:
 * `cdk deploy -a "node examples/customer-v2/infra/app.ts" -c issuer=https://identity.example.com`
 */
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { AwsSolutionsChecks } from 'cdk-nag'
import { CustomerV2Stack } from './customer-v2-stack.ts'

const app = new App()
Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
const issuer: unknown = app.node.tryGetContext('issuer')
if (typeof issuer !== 'string') throw new Error('Say who issues the tokens: -c issuer=https://…')
new CustomerV2Stack(app, 'customer-v2', {
  stage: 'example',
  issuer,
  tokenServiceUrl: issuer,
  resultCacheSeconds: 0,
  size: { memoryMb: 512, timeoutSeconds: 10 },
  authorizerSize: { memoryMb: 1024, timeoutSeconds: 9 },
  defaults: { logRetention: RetentionDays.ONE_MONTH, keepLogs: false, tracing: false },
  dist: join(import.meta.dirname, '../../../dist'),
})
app.synth()

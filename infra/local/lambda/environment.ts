import type { FunctionDefinition } from './function-definition.ts'

/** Addresses of the services of this machine, by the name the SDKs look for: `DYNAMODB`, `KMS`, ... */
export type ServiceEndpoints = Readonly<Record<string, string>>

/**
 * All that a function sees in its environment: what its template says, what Lambda adds, and the addresses of the local
 * services. Nothing of the runner's own environment gets through.
 */
export function functionEnvironment(
  definition: FunctionDefinition,
  endpoints: ServiceEndpoints,
): Readonly<Record<string, string>> {
  return {
    ...definition.environment,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_REGION: definition.region,
    AWS_DEFAULT_REGION: definition.region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: definition.folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    _HANDLER: definition.handler,
    ...Object.fromEntries(Object.entries(endpoints).map(([name, url]) => [`AWS_ENDPOINT_URL_${name}`, url])),
  }
}

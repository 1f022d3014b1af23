import type { Resource } from '../../assembly/assembly.ts'
import { LocalError } from '../../assembly/local-error.ts'
import { parseIdentitySource } from '../authorizer/identity-source.ts'
import type { RestAuthorizer } from './rest-api.ts'

/** Seconds that API Gateway keeps an answer when the template does not say. */
const DEFAULT_TTL_SECONDS = 300

/** @throws LocalError `resource_unsupported`: Cognito authorizers, unknown identity sources, a cache without identity source. */
export function readAuthorizer({ stack, logicalId, ref, properties }: Resource): RestAuthorizer {
  const where = `${stack}/${logicalId}`
  const { Type, AuthorizerUri, IdentitySource, IdentityValidationExpression, AuthorizerResultTtlInSeconds } = properties
  if (Type !== 'TOKEN' && Type !== 'REQUEST') {
    throw new LocalError('resource_unsupported', `${where}: the local gateway does not know ${Type} authorizers.`)
  }
  const sources = typeof IdentitySource === 'string' ? IdentitySource.split(',') : []
  const ttlSeconds = Number(AuthorizerResultTtlInSeconds ?? DEFAULT_TTL_SECONDS)
  if (sources.length === 0 && (ttlSeconds > 0 || Type === 'TOKEN')) {
    throw new LocalError('resource_unsupported', `${where}: this authorizer needs an identity source.`)
  }
  return {
    id: ref,
    uri: String(AuthorizerUri),
    kind: Type === 'TOKEN' ? 'token' : 'request',
    identitySources: sources.map((source) => parseIdentitySource(source, where)),
    ...(typeof IdentityValidationExpression === 'string'
      ? { validation: new RegExp(`^(?:${IdentityValidationExpression})$`) }
      : {}),
    ttlSeconds,
  }
}

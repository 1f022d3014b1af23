import type { Resource } from '../../assembly/assembly.ts'
import { LocalError } from '../../assembly/local-error.ts'
import { isRecord } from '../../assembly/template.ts'
import { LIMITS } from '../limits.ts'
import type { RestIntegration } from './rest-api.ts'

/** @throws LocalError `resource_unsupported` for anything but a Lambda proxy or a mock, such as CDK makes for preflights. */
export function readIntegration({ stack, logicalId, properties }: Resource): RestIntegration {
  const integration = properties['Integration']
  const given = isRecord(integration) ? integration : {}
  if (given['Type'] === 'AWS_PROXY') {
    return {
      kind: 'function',
      uri: String(given['Uri']),
      timeoutMs: Number(given['TimeoutInMillis'] ?? LIMITS.restIntegrationMs),
    }
  }
  if (given['Type'] === 'MOCK') return readMock(given)
  throw new LocalError(
    'resource_unsupported',
    `${stack}/${logicalId}: the local gateway does not know ${String(given['Type'])} integrations.`,
  )
}

/** The integration response that the request template's `statusCode` chooses, its header literals and its body as they stand. */
function readMock(given: Readonly<Record<string, unknown>>): RestIntegration {
  const [template = ''] = Object.values((given['RequestTemplates'] ?? {}) as Record<string, string>)
  const chosen = Number(/statusCode"?\s*:\s*(\d+)/.exec(template)?.[1] ?? 200)
  const responses = ((given['IntegrationResponses'] ?? []) as readonly unknown[]).filter(isRecord)
  const response = responses.find(({ StatusCode }) => Number(StatusCode) === chosen) ?? responses[0]
  const headers = Object.entries((response?.['ResponseParameters'] ?? {}) as Record<string, string>)
  const [body = ''] = Object.values((response?.['ResponseTemplates'] ?? {}) as Record<string, string>)
  return {
    kind: 'mock',
    status: Number(response?.['StatusCode'] ?? chosen),
    headers: headers.map(([name, value]) => [name.replace('method.response.header.', ''), value.replace(/^'|'$/g, '')]),
    body,
  }
}

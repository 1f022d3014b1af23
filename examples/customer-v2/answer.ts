import type { VerifiedGrant } from '@rolecast/permission-sdk'
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Documents } from './documents.ts'
import { type Answer, type Permission, problem } from './request.ts'
import { routes } from './routes.ts'

export type { Answer } from './request.ts'

export interface GrantOfProduct {
  readonly grant: VerifiedGrant<Permission>
}

/** The route as the gateway matched it, never the path: what the authorizer decided on is what runs. */
function routeOf(event: APIGatewayProxyEvent | APIGatewayProxyEventV2): string {
  return 'routeKey' in event ? event.routeKey : `${event.httpMethod} ${event.resource}`
}

function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEvent | APIGatewayProxyEventV2) {
  if (body === undefined || body === null || body === '') return {}
  try {
    const value: unknown = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    return undefined
  }
  return undefined
}

/** Finds what answers the route and hands it the request, with what this person may do. */
export async function answer(
  event: APIGatewayProxyEvent | APIGatewayProxyEventV2,
  grant: VerifiedGrant<Permission>,
  documents: Documents,
): Promise<Answer> {
  const route = routeOf(event)
  const respond = Object.hasOwn(routes, route) ? routes[route as keyof typeof routes] : undefined
  if (respond === undefined) return problem(404, 'There is no such route')
  const body = bodyOf(event)
  if (body === undefined) return problem(400, 'The body is not a JSON object')
  return respond({
    organization: grant.organization,
    account: grant.subject,
    can: (permission) => grant.can(permission),
    parameter: (name) => event.pathParameters?.[name] ?? '',
    body,
    documents,
  })
}

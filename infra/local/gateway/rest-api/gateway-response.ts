import { type GatewayAnswer, type GatewayRequest, type Header, headerValues } from '../request.ts'

/** Refusals of a REST API, by the names under which a template may reword them. */
export const RESPONSE_TYPES = {
  ACCESS_DENIED: { status: 403, errorType: 'AccessDeniedException' },
  API_CONFIGURATION_ERROR: { status: 500, errorType: 'InternalServerErrorException' },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, errorType: 'AuthorizerConfigurationException' },
  AUTHORIZER_FAILURE: { status: 500, errorType: 'AuthorizerConfigurationException' },
  INTEGRATION_TIMEOUT: { status: 504, errorType: 'InternalServerErrorException' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, errorType: 'MissingAuthenticationTokenException' },
  REQUEST_TOO_LARGE: { status: 413, errorType: 'RequestTooLargeException' },
  UNAUTHORIZED: { status: 401, errorType: 'UnauthorizedException' },
  /** Without a name of their own on AWS: only DEFAULT_4XX and DEFAULT_5XX reword them. */
  BAD_FUNCTION_ANSWER: { status: 502, errorType: 'InternalServerErrorException' },
  HEADERS_TOO_LARGE: { status: 431, errorType: 'RequestTooLargeException' },
  URI_TOO_LONG: { status: 414, errorType: 'RequestTooLargeException' },
} as const

export type ResponseType = keyof typeof RESPONSE_TYPES

/** A gateway response of the template, by its type, `DEFAULT_4XX` and `DEFAULT_5XX` included. */
export type GatewayResponses = ReadonlyMap<string, GatewayResponse>

export interface GatewayResponse {
  readonly status?: number
  /** Header -> `'literal'`, `context.x` or `method.request.header.X`. */
  readonly headers: Readonly<Record<string, string>>
  /** Body template by media type. */
  readonly templates: Readonly<Record<string, string>>
}

/** `$context.x.y` or `${context.x.y}`. Gateway responses know variables and nothing else of VTL. */
const VARIABLE = /\$((?:context|stageVariables)(?:\.[\w-]+)+)|\$\{((?:context|stageVariables)(?:\.[\w-]+)+)\}/g

/** What mapping expressions and templates may name. */
export interface ResponseFacts {
  readonly request: GatewayRequest
  readonly message: string | null
  /** `principalId` and context of an authorizer that answered. */
  readonly authorizer?: Readonly<Record<string, string>>
  readonly stage: string
  readonly stageVariables: Readonly<Record<string, string>>
  readonly resourcePath: string
}

/** A refusal in the words of the template, or in the gateway's own. */
export function gatewayResponse(type: ResponseType, responses: GatewayResponses, facts: ResponseFacts): GatewayAnswer {
  const { status, errorType } = RESPONSE_TYPES[type]
  const custom = responses.get(type) ?? responses.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX')
  const [mediaType, template] = chooseTemplate(custom?.templates ?? {}, facts.request, type)
  const headers = Object.entries(custom?.headers ?? {}).flatMap(([name, expression]): Header[] => {
    const value = mapped(expression, type, facts)
    return value === '' ? [] : [[name, value]]
  })
  return {
    status: custom?.status ?? status,
    headers: [['content-type', mediaType], ['x-amzn-ErrorType', errorType], ...headers],
    body: template.replace(VARIABLE, (_, bare: string | undefined, braced: string | undefined) =>
      variable(bare ?? braced ?? '', type, facts),
    ),
  }
}

function chooseTemplate(
  templates: Readonly<Record<string, string>>,
  request: GatewayRequest,
  type: ResponseType,
): readonly [mediaType: string, template: string] {
  const accepted = headerValues(request, 'accept').join(',')
  const entries = Object.entries(templates)
  const member = type === 'ACCESS_DENIED' ? 'Message' : 'message'
  return (
    entries.find(([mediaType]) => accepted.includes(mediaType)) ??
    entries.find(([mediaType]) => mediaType === 'application/json') ??
    entries[0] ?? ['application/json', `{"${member}":$context.error.messageString}`]
  )
}

/** The value of a response parameter; empty for what is not there. */
function mapped(expression: string, type: ResponseType, facts: ResponseFacts): string {
  const literal = /^'(.*)'$/.exec(expression)?.[1]
  if (literal !== undefined) return literal
  const header = /^method\.request\.header\.(.+)$/.exec(expression)?.[1]
  return header === undefined ? variable(expression, type, facts) : (headerValues(facts.request, header)[0] ?? '')
}

function variable(name: string, type: ResponseType, facts: ResponseFacts): string {
  const authorizer = /^context\.authorizer\.(.+)$/.exec(name)?.[1]
  if (authorizer !== undefined) return facts.authorizer?.[authorizer] ?? ''
  const stageVariable = /^stageVariables\.(.+)$/.exec(name)?.[1]
  if (stageVariable !== undefined) return facts.stageVariables[stageVariable] ?? ''
  switch (name) {
    case 'context.error.message':
      return facts.message ?? ''
    case 'context.error.messageString':
      return JSON.stringify(facts.message)
    case 'context.error.responseType':
      return type
    case 'context.requestId':
    case 'context.extendedRequestId':
      return facts.request.id
    case 'context.httpMethod':
      return facts.request.method
    case 'context.path':
      return facts.request.path
    case 'context.resourcePath':
      return facts.resourcePath
    case 'context.stage':
      return facts.stage
    case 'context.identity.sourceIp':
      return facts.request.sourceIp
    default:
      return ''
  }
}

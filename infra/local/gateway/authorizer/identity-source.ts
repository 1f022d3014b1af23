import { LocalError } from '../../assembly/local-error.ts'
import { type GatewayRequest, headerValues, queryParameters } from '../request.ts'

/** Where an authorizer looks for who is asking. */
export type IdentitySource =
  | { readonly kind: 'header' | 'query' | 'stage_variable'; readonly name: string }
  | { readonly kind: 'context'; readonly name: ContextName }

const CONTEXT_NAMES = ['routeKey', 'httpMethod', 'path', 'resourcePath', 'stage', 'identity.sourceIp'] as const
type ContextName = (typeof CONTEXT_NAMES)[number]

/** Values of `$context` that belong to one matched request. */
export interface IdentityFacts {
  readonly request: GatewayRequest
  readonly routeKey: string
  readonly resourcePath: string
  readonly stage: string
  readonly stageVariables: Readonly<Record<string, string>>
}

const FORMS: readonly (readonly [RegExp, 'header' | 'query' | 'stage_variable' | 'context'])[] = [
  [/^(?:\$request|method\.request)\.header\.(.+)$/, 'header'],
  [/^(?:\$request|method\.request)\.querystring\.(.+)$/, 'query'],
  [/^\$?stageVariables\.(.+)$/, 'stage_variable'],
  [/^\$?context\.(.+)$/, 'context'],
]

/** @throws LocalError `resource_unsupported`. Path parameters are no identity sources, on AWS neither. */
export function parseIdentitySource(text: string, where: string): IdentitySource {
  for (const [form, kind] of FORMS) {
    const name = form.exec(text.trim())?.[1]
    if (name === undefined) continue
    if (kind !== 'context') return { kind, name }
    const known = CONTEXT_NAMES.find((context) => context === name)
    if (known !== undefined) return { kind, name: known }
  }
  throw new LocalError('resource_unsupported', `${where}: "${text}" is no identity source the local gateway knows.`)
}

/** The value of a source; empty when absent, null or empty, which all three mean 401. */
function identityValue(source: IdentitySource, facts: IdentityFacts): string {
  switch (source.kind) {
    case 'header':
      return headerValues(facts.request, source.name).join(',')
    case 'query':
      return queryParameters(facts.request.query).get(source.name)?.join(',') ?? ''
    case 'stage_variable':
      return facts.stageVariables[source.name] ?? ''
    case 'context':
      return contextValue(source.name, facts)
  }
}

function contextValue(name: ContextName, facts: IdentityFacts): string {
  switch (name) {
    case 'routeKey':
    case 'stage':
    case 'resourcePath':
      return facts[name]
    case 'httpMethod':
      return facts.request.method
    case 'path':
      return facts.request.path
    case 'identity.sourceIp':
      return facts.request.sourceIp
  }
}

/** @returns the values in the order of the sources, which are also the cache key; undefined when one is missing: 401. */
export function identify(sources: readonly IdentitySource[], facts: IdentityFacts): readonly string[] | undefined {
  const values = sources.map((source) => identityValue(source, facts))
  return values.includes('') ? undefined : values
}

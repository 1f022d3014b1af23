import type { Assembly } from '../assembly/assembly.ts'
import { matchesWildcards } from '../gateway/wildcards.ts'

/** Whether a service may invoke a function on behalf of a source, as the function's resource policy says. */
export type MayInvoke = (request: {
  readonly functionArn: string
  readonly principal: string
  /** ARNs under which the source may be named; one suffices. */
  readonly sources: readonly string[]
}) => boolean

/** Reads the `AWS::Lambda::Permission`s of a stage: without one, a real gateway answers 500 and a real rule delivers nothing. */
export function readPermissions(assembly: Assembly): MayInvoke {
  const permissions = assembly.resources('AWS::Lambda::Permission').map(({ properties }) => ({
    functionArn: String(properties['FunctionName']),
    principal: String(properties['Principal']),
    source: properties['SourceArn'] as string | undefined,
  }))
  return ({ functionArn, principal, sources }) =>
    permissions.some(
      (permission) =>
        namesFunction(permission.functionArn, functionArn) &&
        permission.principal === principal &&
        (permission.source === undefined ||
          sources.some((source) => matchesWildcards(permission.source ?? '', source))),
    )
}

/** Permissions name a function by its ARN or by its name. */
function namesFunction(named: string, arn: string): boolean {
  return named === arn || arn.endsWith(`:function:${named}`)
}

import type { FunctionPool } from '../lambda/function-pool.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Log } from '../lambda/log.ts'
import type { MayInvoke } from '../lambda/permissions.ts'
import { LIMITS } from './limits.ts'

/** What every API of the local gateway works with. */
export interface GatewayContext {
  readonly functions: Functions
  readonly mayInvoke: MayInvoke
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly authorizerMs?: number
}

export function authorizerTimeout({ authorizerMs = LIMITS.authorizerMs }: GatewayContext): number {
  return authorizerMs
}

/**
 * The function behind an ARN or an invocation URI, if the gateway may call it for one of these sources.
 *
 * @returns undefined where the function's resource policy lacks the permission: a real gateway then answers 500.
 */
export function invokable(context: GatewayContext, uri: string, sources: readonly string[]): FunctionPool | undefined {
  const arn = /functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri
  const pool = context.functions.find(arn)
  if (context.mayInvoke({ functionArn: arn, principal: 'apigateway.amazonaws.com', sources })) return pool
  context.log('gateway', `${pool.definition.name} has no AWS::Lambda::Permission for ${sources[0]}: answered 500`)
  return undefined
}

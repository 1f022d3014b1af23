/** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>`, taken apart. */
export interface MethodArn {
  readonly arn: string
  /** Everything before the method: the API and its stage. */
  readonly stage: string
  readonly method: string
  /** As requested, percent-encoded, beginning with `/`. */
  readonly path: string
}

const pattern = /^(arn:[a-z-]+:execute-api:[a-z0-9-]*:\d*:[a-z0-9]+\/[A-Za-z0-9_$-]+)\/([A-Z]+)(\/.*)?$/s

/** Takes a method ARN apart; `undefined` for anything that is none. */
export function readMethodArn(arn: unknown): MethodArn | undefined {
  const match = typeof arn === 'string' && arn.length <= 1600 ? pattern.exec(arn) : null
  if (match === null) return undefined
  const [whole, stage = '', method = '', path = '/'] = match
  return { arn: whole, stage, method, path }
}

/** Whose API it is: the beginning of every ARN of `execute-api`. */
export interface ApiIdentity {
  readonly id: string
  readonly account: string
  readonly region: string
}

/** `arn:aws:execute-api:<region>:<account>:<api>/<tail>`. */
export function executeApiArn({ id, account, region }: ApiIdentity, tail: string): string {
  return `arn:aws:execute-api:${region}:${account}:${id}/${tail}`
}

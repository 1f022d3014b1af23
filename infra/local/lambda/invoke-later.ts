import { setTimeout as wait } from 'node:timers/promises'
import type { FunctionPool, Invocation } from './function-pool.ts'

/** Where events go that a function could not take: the queue's ARN and what Lambda would put into it. */
export type DeadLetters = (queueArn: string, message: unknown) => void

export interface InvokeLaterOptions {
  readonly deadLetters: DeadLetters
  /** Milliseconds before each new try; Lambda waits a minute, then two. */
  readonly delays?: readonly number[]
}

/**
 * An asynchronous invocation, as rules and schedules make it: tried again as the function's settings say, then handed to
 * its queue, or lost as in Lambda when there is none.
 *
 * @returns the last answer, when there is nothing more to try.
 */
export async function invokeLater(
  pool: FunctionPool,
  event: unknown,
  { deadLetters, delays = [1_000, 2_000] }: InvokeLaterOptions,
): Promise<Invocation> {
  const { retries, onFailure } = pool.definition.asynchronous
  let answer = await pool.invoke(event)
  for (let attempt = 0; answer.outcome === 'failed' && attempt < retries; attempt += 1) {
    await wait(delays[attempt] ?? delays.at(-1) ?? 0, undefined, { ref: false })
    answer = await pool.invoke(event)
  }
  if (answer.outcome === 'failed' && onFailure !== undefined) {
    deadLetters(onFailure, {
      requestContext: { functionArn: pool.definition.arn, condition: 'RetriesExhausted' },
      requestPayload: event,
      responsePayload: answer.error,
    })
  }
  return answer
}

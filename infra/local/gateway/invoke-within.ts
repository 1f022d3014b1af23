import type { FunctionPool, Invocation } from '../lambda/function-pool.ts'

export type TimedInvocation = Invocation | { readonly outcome: 'timed_out' }

/** Waits for an answer as long as the gateway would. The function itself runs on until its own timeout. */
export async function invokeWithin(pool: FunctionPool, event: unknown, ms: number): Promise<TimedInvocation> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<TimedInvocation>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: 'timed_out' }), ms)
  })
  try {
    return await Promise.race([pool.invoke(event), late])
  } finally {
    clearTimeout(timer)
  }
}

import type { Assembly } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import type { Functions } from '../lambda/functions.ts'

/**
 * Invokes the functions that a deployment would invoke (`Custom::Trigger`), once per start, one after the other.
 *
 * @throws LocalError `trigger_failed`: the deployment would have been rolled back.
 */
export async function runTriggers(assembly: Assembly, functions: Functions): Promise<void> {
  for (const { path, properties } of assembly.resources('Custom::Trigger')) {
    const pool = functions.find(String(properties['HandlerArn']))
    const answer = await pool.invoke({})
    if (answer.outcome === 'failed') {
      const { errorType, errorMessage } = answer.error
      throw new LocalError('trigger_failed', `${path}: ${pool.definition.name} failed: ${errorType}: ${errorMessage}`)
    }
  }
}

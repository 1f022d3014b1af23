import type { Assembly } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import type { ServiceEndpoints } from './environment.ts'
import { functionDefinitions } from './function-definition.ts'
import { type FunctionPool, type InvocationCounts, openFunctionPool } from './function-pool.ts'
import type { Log } from './log.ts'

/** All functions of a stage. */
export interface Functions {
  readonly names: readonly string[]
  /**
   * @param name name, ARN (with or without version or alias), or the end of the construct path (`rotate-keys/Function`).
   * @throws LocalError `reference_unknown`, listing the functions there are.
   */
  find(name: string): FunctionPool
  /** By function name. */
  counts(): Readonly<Record<string, InvocationCounts>>
  close(): Promise<void>
}

export function openFunctions(
  assembly: Assembly,
  options: { readonly endpoints: ServiceEndpoints; readonly log: Log; readonly concurrency?: number },
): Functions {
  const pools = functionDefinitions(assembly).map((definition) => openFunctionPool({ definition, ...options }))
  const names = pools.map(({ definition }) => definition.name)
  return {
    names,
    find(name) {
      const found =
        pools.find(({ definition }) => isNamed(definition, name)) ??
        pools.find(({ definition }) => endsWith(definition.path.replace(/\/Resource$/, ''), name))
      if (found !== undefined) return found
      throw new LocalError('reference_unknown', `No function "${name}"; there are: ${names.join(', ') || 'none'}.`)
    },
    counts: () => Object.fromEntries(pools.map((pool) => [pool.definition.name, pool.counts()])),
    async close() {
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

function isNamed({ name, arn }: { readonly name: string; readonly arn: string }, asked: string): boolean {
  return asked === name || asked === arn || asked.startsWith(`${arn}:`)
}

function endsWith(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`)
}

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { functionEnvironment, type ServiceEndpoints } from './environment.ts'
import type { FunctionDefinition } from './function-definition.ts'
import { type Instance, startInstance } from './instance.ts'
import type { Log } from './log.ts'
import type { FunctionError } from './messages.ts'

export type Invocation =
  | { readonly outcome: 'returned'; readonly payload: unknown }
  | { readonly outcome: 'failed'; readonly error: FunctionError }

/** One function with its instances. */
export interface FunctionPool {
  readonly definition: FunctionDefinition
  /** Never rejects: what goes wrong inside the function is an answer. Waits while all instances are busy. */
  invoke(event: unknown): Promise<Invocation>
  /** How many instances were started so far: cold starts. */
  readonly starts: number
  counts(): InvocationCounts
  close(): Promise<void>
}

/** What a function has answered since the start. */
export interface InvocationCounts {
  /** By instance, those that ended included. */
  readonly instances: readonly number[]
  /** By the route key of the API's event; anything else is `other`. */
  readonly routes: Readonly<Record<string, number>>
}

export interface FunctionPoolOptions {
  readonly definition: FunctionDefinition
  readonly endpoints: ServiceEndpoints
  readonly log: Log
  /** Instances at the same time. */
  readonly concurrency?: number
}

/** Bytes of an event or an answer (Lambda quota for synchronous invocations). */
const PAYLOAD_BYTES = 6 * 1024 * 1024

/** `node_modules` of this repository stands for the SDK that Lambda's runtime brings. */
const RUNTIME_MODULES = join(import.meta.dirname, '../../../node_modules')

export function openFunctionPool({ definition, endpoints, log, concurrency = 4 }: FunctionPoolOptions): FunctionPool {
  const environment = functionEnvironment(definition, endpoints)
  const settings = {
    folder: definition.folder,
    handler: definition.handler,
    layerModules: definition.layers.map((layer) => join(layer, 'nodejs/node_modules')),
    runtimeModules: RUNTIME_MODULES,
  }
  const idle: Instance[] = []
  const all = new Set<Instance>()
  const invocations = new Map<Instance, number>()
  const routes = new Map<string, number>()
  const waiting: ((instance: Instance) => void)[] = []
  let starts = 0

  const start = (): Instance => {
    starts += 1
    const instance = startInstance({ definition, settings, environment, log })
    all.add(instance)
    return instance
  }
  const take = (): Instance | Promise<Instance> => {
    // In turns, so that what one instance remembers does not hide what another does not know.
    for (let warm = idle.shift(); warm !== undefined; warm = idle.shift()) {
      if (warm.alive) return warm
      all.delete(warm)
    }
    return all.size < concurrency ? start() : new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (instance: Instance) => {
    const next = waiting.shift()
    if (next === undefined) idle.push(instance)
    else next(instance)
  }
  const replace = (instance: Instance) => {
    all.delete(instance)
    const next = waiting.shift()
    if (next !== undefined) next(start())
  }

  return {
    definition,
    get starts() {
      return starts
    },
    counts: () => ({ instances: [...invocations.values()], routes: Object.fromEntries(routes) }),
    async invoke(event) {
      const text = JSON.stringify(event) ?? 'null'
      if (Buffer.byteLength(text) > PAYLOAD_BYTES) return failed('RequestEntityTooLargeException', 'event over 6 MB')
      const instance = await take()
      countOne(invocations, instance)
      countOne(routes, routeOf(event))
      const answer = await instance.invoke({ event: text, requestId: randomUUID(), arn: definition.arn, deadline: 0 })
      if (answer.kind === 'lost') replace(instance)
      else giveBack(instance)
      if (answer.kind === 'returned') return returned(answer.payload)
      log(definition.name, `ERROR ${answer.error.errorType}: ${answer.error.errorMessage}`)
      return { outcome: 'failed', error: answer.error }
    },
    async close() {
      await Promise.all([...all].map((instance) => instance.end()))
    },
  }
}

function countOne<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function routeOf(event: unknown): string {
  const isRouted = typeof event === 'object' && event !== null && 'routeKey' in event
  return isRouted && typeof event.routeKey === 'string' ? event.routeKey : 'other'
}

function returned(payload: string): Invocation {
  if (Buffer.byteLength(payload) > PAYLOAD_BYTES) {
    return failed('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size')
  }
  return { outcome: 'returned', payload: JSON.parse(payload) }
}

function failed(errorType: string, errorMessage: string): Invocation {
  return { outcome: 'failed', error: { errorType, errorMessage } }
}

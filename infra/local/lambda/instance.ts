import { Worker } from 'node:worker_threads'
import type { FunctionDefinition } from './function-definition.ts'
import { type Log, logLines } from './log.ts'
import {
  describeError,
  type FunctionError,
  type InstanceMessage,
  type InstanceSettings,
  type InvokeMessage,
} from './messages.ts'

export type InstanceAnswer =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError }
  /** The instance is gone: init failed, time ran out, or it ended itself. The next invocation is a cold start. */
  | { readonly kind: 'lost'; readonly error: FunctionError }

/** One execution environment of a function. It answers one event at a time; the pool sees to that. */
export interface Instance {
  /** False once it is gone, which may happen between two events. */
  readonly alive: boolean
  invoke(message: InvokeMessage): Promise<InstanceAnswer>
  end(): Promise<void>
}

export interface InstanceOptions {
  readonly definition: FunctionDefinition
  readonly settings: InstanceSettings
  readonly environment: Readonly<Record<string, string>>
  readonly log: Log
}

/** Milliseconds that Lambda gives a function to load. */
const INIT_MS = 10_000

/** Starts loading at once; the first invocation waits for it. */
export function startInstance({ definition, settings, environment, log }: InstanceOptions): Instance {
  const worker = new Worker(new URL('./instance-thread.ts', import.meta.url), {
    workerData: settings,
    env: { ...environment },
    execArgv: nodeOptions(environment['NODE_OPTIONS']),
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMb },
    stdout: true,
    stderr: true,
  })
  logLines(worker.stdout, definition.name, log)
  logLines(worker.stderr, definition.name, log)

  let lost: FunctionError | undefined
  let settle: ((answer: InstanceAnswer) => void) | undefined
  let loaded: () => void
  const ready = new Promise<void>((resolve) => {
    loaded = resolve
  })
  const lose = (error: FunctionError) => {
    lost ??= error
    loaded()
    settle?.({ kind: 'lost', error: lost })
    void worker.terminate()
  }
  const initTimer = setTimeout(
    () => lose({ errorType: 'Sandbox.Timedout', errorMessage: `Init timed out after ${seconds(INIT_MS)} seconds` }),
    INIT_MS,
  )
  worker.on('message', (message: InstanceMessage) => {
    clearTimeout(initTimer)
    if (message.kind === 'ready') loaded()
    else if (message.kind === 'init_failed') lose(message.error)
    else settle?.(message)
  })
  worker.on('error', (error) => lose(uncaught(error)))
  worker.on('exit', (code) => {
    clearTimeout(initTimer)
    lose({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with error: exit status ${code}` })
  })

  return {
    get alive() {
      return lost === undefined
    },
    async invoke(message) {
      await ready
      if (lost !== undefined) return { kind: 'lost', error: lost }
      const { timeoutMs } = definition
      const timer = setTimeout(() => lose(timedOut(message.requestId, timeoutMs)), timeoutMs)
      const answer = new Promise<InstanceAnswer>((resolve) => {
        settle = resolve
      })
      worker.postMessage({ ...message, deadline: Date.now() + timeoutMs })
      try {
        return await answer
      } finally {
        settle = undefined
        clearTimeout(timer)
      }
    },
    async end() {
      await worker.terminate()
    },
  }
}

function timedOut(requestId: string, timeoutMs: number): FunctionError {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds(timeoutMs)} seconds`
  return { errorType: 'Sandbox.Timedout', errorMessage }
}

function uncaught(error: unknown): FunctionError {
  const described = describeError(error)
  const outOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
  return outOfMemory ? { errorType: 'Runtime.OutOfMemory', errorMessage: described.errorMessage } : described
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2)
}

/** The options that a thread can take; the others concern a whole process. */
function nodeOptions(options: string | undefined): string[] {
  return (options ?? '').split(/\s+/).filter((option) => option === '--enable-source-maps')
}

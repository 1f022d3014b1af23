// The inside of one instance of a function: a worker thread that loads the bundle once and answers one event at a time.
import { parentPort, workerData } from 'node:worker_threads'
import { loadHandler } from './load-handler.ts'
import {
  describeError,
  type FunctionError,
  type InstanceMessage,
  type InstanceSettings,
  type InvokeMessage,
} from './messages.ts'
import { resolveLikeLambda } from './module-resolution.ts'

const settings = workerData as InstanceSettings
const say = (message: InstanceMessage) => parentPort?.postMessage(message)

process.on('unhandledRejection', (reason) => {
  const { errorMessage } = describeError(reason)
  throw Object.assign(new Error(errorMessage), { name: 'Runtime.UnhandledPromiseRejection' })
})
resolveLikeLambda(settings)
try {
  const handler = await loadHandler(settings.folder, settings.handler)
  parentPort?.on('message', async (message: InvokeMessage) => {
    try {
      say({ kind: 'returned', payload: asJson(await handler(JSON.parse(message.event), contextOf(message))) })
    } catch (error) {
      say({ kind: 'failed', error: describeError(error) })
    }
  })
  say({ kind: 'ready' })
} catch (error) {
  say({ kind: 'init_failed', error: importError(error) })
}

function asJson(answer: unknown): string {
  try {
    return JSON.stringify(answer) ?? 'null'
  } catch (error) {
    throw Object.assign(new Error(`Unable to stringify response body: ${String(error)}`), {
      name: 'Runtime.MarshalError',
    })
  }
}

function contextOf({ requestId, arn, deadline }: InvokeMessage) {
  const { env } = process
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: arn,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    awsRequestId: requestId,
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
}

function importError(error: unknown): FunctionError {
  const described = describeError(error)
  const notFound = (error as NodeJS.ErrnoException | null)?.code === 'ERR_MODULE_NOT_FOUND'
  return notFound ? { ...described, errorType: 'Runtime.ImportModuleError' } : described
}

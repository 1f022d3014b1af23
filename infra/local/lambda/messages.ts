/** What passes between a function's instance (a worker thread) and its pool. Events and answers travel as JSON text. */
export interface InstanceSettings {
  readonly folder: string
  readonly handler: string
  /** `node_modules` folders of the layers. */
  readonly layerModules: readonly string[]
  /** `node_modules` of the runtime, for `@aws-sdk` and `@smithy` alone, as in Lambda. */
  readonly runtimeModules: string
}

export interface InvokeMessage {
  readonly event: string
  readonly requestId: string
  readonly arn: string
  /** Epoch milliseconds. */
  readonly deadline: number
}

export type InstanceMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError }
  | { readonly kind: 'init_failed'; readonly error: FunctionError }

/** An error as Lambda reports it to whoever invoked the function. */
export interface FunctionError {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

/** @returns the error in Lambda's words; a thrown non-error is shown as it prints. */
export function describeError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] }
}

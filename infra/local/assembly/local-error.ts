export type LocalErrorCode =
  | 'assembly_missing'
  | 'stage_unknown'
  | 'intrinsic_unsupported'
  | 'reference_unknown'
  | 'reference_cycle'
  | 'resource_unsupported'
  | 'asset_missing'
  | 'port_occupied'
  | 'secret_unknown'
  | 'trigger_failed'

/** What keeps the stacks from running on this machine: `code` is stable, `message` says what to do about it. */
export class LocalError extends Error {
  override readonly name = 'LocalError'
  readonly code: LocalErrorCode

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export interface StartTerms {
  readonly code: string
  readonly layers: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Starts a function in a process of its own: imports `index.mjs` with the function's environment and nothing else's, and
 * finds packages only where Lambda finds them, in the layers. Answers what went wrong, or `undefined`.
 */
export function startFunction({ code, layers, environment }: StartTerms): string | undefined {
  const child = join(import.meta.dirname, 'start-child.mjs')
  const run = spawnSync(process.execPath, [child, join(code, 'index.mjs'), ...layers], {
    encoding: 'utf8',
    env: { AWS_REGION: 'eu-west-1', LAMBDA_TASK_ROOT: code, ...environment },
    timeout: 30_000,
  })
  return run.status === 0 ? undefined : (/^\w*Error.*$/m.exec(run.stderr)?.[0] ?? (run.stderr || 'it did not start'))
}

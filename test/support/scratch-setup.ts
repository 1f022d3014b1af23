import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string

/** What tests and the tools they start leave in the folder for temporary files (CDK much of it) goes with the run. */
export async function setup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'rolecast-tests-'))
  process.env['TMPDIR'] = folder
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

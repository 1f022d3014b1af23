import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a started system tells others on the same machine: the tour and `npm run sign-in`. Kept in the data folder, for its owner only. */
export interface Running {
  /** Of the process that runs it. */
  readonly pid: number
  readonly urls: {
    readonly tokenService: string
    readonly httpApi: string
    readonly restApi: string
    /** Before `/hooks/{name}`. */
    readonly hooks: string
    /** Base of the SCIM service, with its path. */
    readonly scim: string
    readonly identityProvider: string
    readonly ixAdmin: string
    /** The Okta of organization `hooli`. */
    readonly okta: string
    /** The transmitter of security events: `POST /events` makes one. */
    readonly signals: string
  }
  /** Addresses of the local AWS services, and what the templates have named there. */
  readonly services: { readonly dynamodb: string; readonly events: string }
  readonly names: {
    readonly table: string
    readonly bus: string
    readonly eventQueue: string
    readonly deadLetterQueue: string
  }
  /** Secrets of the connections by which identity providers deliver events, by their names. */
  readonly hookSecrets: Readonly<Record<string, string>>
  /** With which every demo person signs in. */
  readonly password: string
  /** With which the Okta of `hooli` lets in whoever changes groups there. */
  readonly oktaToken: string
  /** With which the identity provider of `initech` pushes by SCIM. */
  readonly scimToken: string
  /** A client of iX Admin that may change roles on behalf of an acting Organization Admin. */
  readonly adminClient: { readonly clientId: string; readonly clientSecret: string }
}

/** What is made anew at need: the assembly, downloads of tests. */
export const workFolder = '.rolecast'

/** Where a started system keeps its data: ROLECAST_DATA_FOLDER, else `.rolecast/data`. */
export function dataFolder(): string {
  return process.env['ROLECAST_DATA_FOLDER'] ?? join(workFolder, 'data')
}

const fileIn = (dataFolder: string) => join(dataFolder, 'running.json')

export function noteRunning(dataFolder: string, running: Running): void {
  writeFileSync(fileIn(dataFolder), JSON.stringify(running, null, 2), { mode: 0o600 })
}

export function forgetRunning(dataFolder: string): void {
  rmSync(fileIn(dataFolder), { force: true })
}

/** The running system of a data folder; `undefined` when there is none or its process has ended. */
export function findRunning(dataFolder: string): Running | undefined {
  try {
    const running: Running = JSON.parse(readFileSync(fileIn(dataFolder), 'utf8'))
    process.kill(running.pid, 0)
    return running
  } catch {
    // No file, half a file, or no such process: nothing is running that could be used.
    return undefined
  }
}

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { localHooks } from '../deployment.ts'
import { DataFile } from './data-file.ts'

/** The secrets of the connections of stage `local`, by their names; made once, and kept in the data folder. */
export async function hookSecretsIn(dataFolder: string): Promise<Readonly<Record<string, string>>> {
  const schema = v.record(v.string(), v.string())
  const file = new DataFile({ path: join(dataFolder, 'hooks.json'), what: 'the hooks', schema })
  const kept = await file.read()
  const names = localHooks('').map(({ name }) => name)
  const secrets = Object.fromEntries(names.map((name) => [name, kept?.[name] ?? randomBytes(24).toString('base64url')]))
  await file.write(secrets)
  return secrets
}

/** As the stacks' secrets take them. */
export function asStackSecrets(secrets: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    localHooks('').map(({ kind, name }) => {
      const construct = kind === 'ssf-poll' ? 'Signals' : 'Hooks'
      return [`${construct}/Secrets/${name}`, JSON.stringify({ secret: secrets[name] })]
    }),
  )
}

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { localHooks } from '../deployment.ts'
import { DataFile } from './data-file.ts'

/** The constructs that hold the secrets of the connections of stage `local`; partners have none. */
const holders = new Map(
  localHooks('')
    .filter(({ kind }) => !kind.endsWith('-partner'))
    .map(({ kind, name }) => [name, kind === 'ssf-poll' ? 'Signals' : 'Hooks']),
)

/** The secrets of the connections of stage `local`, by their names; made once, and kept in the data folder. */
export async function hookSecretsIn(dataFolder: string): Promise<Readonly<Record<string, string>>> {
  const schema = v.record(v.string(), v.string())
  const file = new DataFile({ path: join(dataFolder, 'hooks.json'), what: 'the hooks', schema })
  const kept = await file.read()
  const secretOf = (name: string) => kept?.[name] ?? randomBytes(24).toString('base64url')
  const secrets = Object.fromEntries([...holders.keys()].map((name) => [name, secretOf(name)]))
  await file.write(secrets)
  return secrets
}

/** As the stacks' secrets take them. */
export function asStackSecrets(secrets: Readonly<Record<string, string>>): Record<string, string> {
  const held = [...holders].map(([name, construct]) => {
    return [`${construct}/Secrets/${name}`, JSON.stringify({ secret: secrets[name] })]
  })
  return Object.fromEntries(held)
}

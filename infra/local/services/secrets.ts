import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Assembly, Resource } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import { isRecord } from '../assembly/template.ts'
import { DataFile } from '../data-file.ts'
import { AwsFault, type Operation } from './aws-json.ts'

const keptSecrets = v.record(v.string(), v.string())

/**
 * GetSecretValue for the secrets of a stage. A value is, in this order, the given one, the one kept in the data folder, the
 * template's `SecretString`, or made up as the template's `GenerateSecretString` says, and then kept.
 *
 * @param given SecretString by the end of the construct path (`IdentityAdminSecret`) or by name; every one must fit a secret.
 * @throws LocalError `secret_unknown`, CorruptDataFile
 */
export async function openSecrets(
  assembly: Assembly,
  { given, dataFolder }: { readonly given: Readonly<Record<string, string>>; readonly dataFolder: string | undefined },
): Promise<Operation> {
  const resources = assembly.resources('AWS::SecretsManager::Secret')
  const file =
    dataFolder === undefined
      ? undefined
      : new DataFile({ path: join(dataFolder, 'secrets.json'), what: 'the local secrets', schema: keptSecrets })
  const kept = { ...(await file?.read()) }
  const values = new Map<string, string>()
  const used = new Set<string>()
  for (const resource of resources) {
    const [key, value] = Object.entries(given).find(([name]) => isCalled(resource, name)) ?? []
    if (key !== undefined) used.add(key)
    kept[resource.path] = value ?? kept[resource.path] ?? initialValue(resource)
    values.set(resource.ref, kept[resource.path] ?? '')
  }
  const unused = Object.keys(given).find((name) => !used.has(name))
  if (unused !== undefined) {
    const known = resources.map(({ path }) => path).join(', ') || 'none'
    throw new LocalError('secret_unknown', `No stack has a secret "${unused}"; there are: ${known}.`)
  }
  await file?.write(kept)
  return async (input) => {
    const id = isRecord(input) ? String(input['SecretId']) : ''
    const [arn, value] = [...values].find(([ref]) => ref === id || nameOf(ref) === id) ?? []
    if (arn === undefined || value === undefined) {
      throw new AwsFault('ResourceNotFoundException', `Secrets Manager can't find the specified secret.`)
    }
    return { ARN: arn, Name: nameOf(arn), SecretString: value, VersionId: 'local', VersionStages: ['AWSCURRENT'] }
  }
}

function isCalled({ path, properties }: Resource, name: string): boolean {
  const plain = path.replace(/\/Resource$/, '')
  return properties['Name'] === name || plain === name || plain.endsWith(`/${name}`)
}

/** `arn:...:secret:<name>-<six characters>` */
function nameOf(arn: string): string {
  return (arn.split(':').at(-1) ?? '').slice(0, -7)
}

function initialValue({ properties }: Resource): string {
  if (typeof properties['SecretString'] === 'string') return properties['SecretString']
  const generate = properties['GenerateSecretString']
  const made = randomBytes(32)
    .toString('hex')
    .slice(0, Number(isRecord(generate) ? (generate['PasswordLength'] ?? 32) : 32))
  if (!isRecord(generate) || typeof generate['SecretStringTemplate'] !== 'string') return made
  return JSON.stringify({
    ...JSON.parse(generate['SecretStringTemplate']),
    [String(generate['GenerateStringKey'])]: made,
  })
}

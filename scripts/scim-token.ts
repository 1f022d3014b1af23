/**
 * `npm run scim-token -- create|list|revoke|settings <organization>`: what SCIM clients of an organization present, and what its
 * directory means. On a deployed stage with `--table`, otherwise on the local stack that is running.
 */
import { createHash, randomBytes } from 'node:crypto'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { type DirectorySettings, defaultSettings } from '@rolecast/core/application/directory/ports'
import { createScimToken } from '@rolecast/core/application/directory/scim-tokens'
import { areAssignments } from '@rolecast/core/domain/directory/held-roles'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { dataFolder, findRunning } from '../infra/local/running.ts'

const program = new Command('scim-token')
  .description('Tokens of SCIM clients, two for each organization at most, and the settings of its directory.')
  .option('--table <name>', 'output TableName of the data stack; without it, the local stack that is running')

function open() {
  const { table } = program.opts<{ table?: string }>()
  if (table !== undefined) return dynamoStores({ tableName: table })
  const running = findRunning(dataFolder())
  if (running === undefined) throw new Error('no local stack is running: npm start, or name a table with --table')
  return dynamoStores({ tableName: running.names.table, endpoint: running.services.dynamodb })
}

async function known(organization: string) {
  const stores = open()
  if ((await stores.organizations.readOrganization(organization)) === undefined) {
    throw new Error(`there is no organization ${organization}: npm run organization`)
  }
  return stores
}

const organization = () => new Argument('<organization>', 'as npm run organization created it')

const days = (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 730)
    throw new InvalidArgumentError('a whole number from 1 to 730')
  return value
}

program
  .command('create')
  .description('Makes a token and prints it, this once.')
  .addArgument(organization())
  .option('--days <n>', 'until it expires', days, 365)
  .action(async (name: string, options: { days: number }) => {
    const { scimTokens } = await known(name)
    const made = await createScimToken(
      {
        scimTokens,
        clock: Date.now,
        randomText: () => randomBytes(32).toString('base64url'),
        hash: (text) => createHash('sha256').update(text).digest('base64url'),
      },
      { organization: name, days: options.days },
    )
    if (made.outcome === 'too_many') {
      throw new Error(`${name} has ${made.most} tokens already: revoke the one that is no longer used`)
    }
    console.log(made.token)
    console.error(
      `id ${made.stored.id}, expires ${day(made.stored.expiresAt)}. It is not kept: store it in the client now.`,
    )
  })

program
  .command('list')
  .description('Shows the tokens in use; what they are cannot be shown.')
  .addArgument(organization())
  .action(async (name: string) => {
    const { scimTokens } = await known(name)
    for (const { id, createdAt, expiresAt } of await scimTokens.listTokens(name, Date.now())) {
      console.log(`${id}  created ${day(createdAt)}  expires ${day(expiresAt)}`)
    }
  })

program
  .command('revoke')
  .description('Takes a token away: the next request with it is refused.')
  .addArgument(organization())
  .argument('<id>', 'as list shows it')
  .action(async (name: string, id: string) => {
    const { scimTokens } = await known(name)
    if ((await scimTokens.revokeToken(name, id)) === 'absent') throw new Error(`${name} has no token ${id}`)
    console.log(`${id} is revoked`)
  })

const groupRole = (text: string, before: readonly [string, string][] = []): readonly [string, string][] => {
  const [, group, role] = /^(.+)=([^=]+)$/.exec(text) ?? []
  if (group === undefined || role === undefined || !areAssignments([role])) {
    throw new InvalidArgumentError('a group and a role, as in "Sales=customer-v2/flow_viewer"')
  }
  return [...before, [group, role]]
}

program
  .command('settings')
  .description('Shows what the directory of an organization means, and changes what is given.')
  .addArgument(organization())
  .addOption(
    new Option('--account <attribute>', 'which attribute of a user is the "sub" of tokens').choices([
      'externalId',
      'userName',
      'id',
    ]),
  )
  .option('--group-role <group=role>', 'a role that a group of this name gives; all of them, repeated', groupRole)
  .option('--announce-roles', 'list /Roles and /Entitlements among the resource types')
  .option('--no-announce-roles', 'do not')
  .action(async (name: string, options: SettingsOptions) => {
    const { directory, organizations } = await known(name)
    const before = (await directory.readSettings(name)) ?? { organization: name, ...defaultSettings }
    const after = changed(before, options)
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      await directory.putSettings(after)
      // Whoever was confirmed under the old settings is asked about anew.
      await organizations.markOrganizationDirty(name, Date.now())
    }
    console.log(JSON.stringify(after, null, 2))
  })

interface SettingsOptions {
  readonly account?: DirectorySettings['account']
  readonly groupRole?: readonly [string, string][]
  readonly announceRoles?: boolean
}

function changed(
  before: DirectorySettings,
  { account, groupRole: given, announceRoles }: SettingsOptions,
): DirectorySettings {
  const groups = new Map<string, string[]>()
  for (const [group, role] of given ?? []) groups.set(group, [...(groups.get(group) ?? []), role])
  const groupRoles = [...groups].map(([displayName, roles]) => ({ displayName, roles }))
  return {
    ...before,
    ...(account !== undefined && { account }),
    ...(given !== undefined && { groupRoles }),
    ...(announceRoles !== undefined && { announceRoles }),
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

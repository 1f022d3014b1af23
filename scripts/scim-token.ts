/**
 * `npm run scim-token -- create|list|revoke|settings <organization>`: what SCIM clients of an organization present, and what its
 * directory means. On a deployed stage with `--table`, otherwise on the local stack that is running.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type DirectorySettings, defaultSettings } from '@rolecast/core/application/directory/ports'
import { createScimToken } from '@rolecast/core/application/directory/scim-tokens'
import { areAssignments } from '@rolecast/core/domain/directory/held-roles'
import { Argument, InvalidArgumentError, Option } from 'commander'
import { CannotBeDone, run, stageCommand, storesOf } from './stage-command.ts'

const program = stageCommand('scim-token').description(
  'Tokens of SCIM clients, two for each organization at most, and the settings of its directory.',
)

const organization = () => new Argument('<organization>', 'as npm run organization created it')

const days = (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 730)
    throw new InvalidArgumentError('a whole number from 1 to 730')
  return value
}

program
  .command('create')
  .description('makes a token and prints it, this once')
  .addArgument(organization())
  .option('--days <n>', 'until it expires', days, 365)
  .action(async (name: string, options: { days: number }) => {
    const { scimTokens } = await storesOf(program, name)
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
      throw new CannotBeDone(`${name} has ${made.most} tokens already: revoke the one that is no longer used.`)
    }
    console.log(made.token)
    console.error(
      `id ${made.stored.id}, expires ${day(made.stored.expiresAt)}. It is not kept: store it in the client now.`,
    )
  })

program
  .command('list')
  .description('the tokens in use; what they are cannot be shown')
  .addArgument(organization())
  .action(async (name: string) => {
    const { scimTokens } = await storesOf(program, name)
    const tokens = await scimTokens.listTokens(name, Date.now())
    if (tokens.length === 0) console.error(`${name} has no token: npm run scim-token -- create ${name} makes one.`)
    for (const { id, createdAt, expiresAt } of tokens) {
      console.log(`${id}  created ${day(createdAt)}  expires ${day(expiresAt)}`)
    }
  })

program
  .command('revoke')
  .description('takes a token away: the next request with it is refused')
  .addArgument(organization())
  .argument('<id>', 'as list shows it')
  .action(async (name: string, id: string) => {
    const { scimTokens } = await storesOf(program, name)
    if ((await scimTokens.revokeToken(name, id)) === 'absent')
      throw new CannotBeDone(`${name} has no token ${id}: list shows those it has.`)
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
  .description('shows what the directory of an organization means, and changes what is given')
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
    const { directory, organizations } = await storesOf(program, name)
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

await run(program)

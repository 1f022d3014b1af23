/**
 * `npm run views -- members|counts|audit|rebuild`: what the read views show, of the local stack that is running, or with `--table`
 * of a deployed stage, with the credentials and the Region of the shell. Nothing is decided by them.
 */
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { rebuildViews } from '@rolecast/core/application/sync/rebuild-views'
import { Command } from 'commander'
import { dataFolder, findRunning } from '../infra/local/running.ts'

const program = new Command('views')
  .description('Shows member lists, counts and the audit of organizations.')
  .option('--table <name>', 'output TableName of the data stack; without it, the local stack that is running')

const pageSize = 500

function open() {
  const { table: tableName } = program.opts<{ table?: string }>()
  if (tableName !== undefined) return dynamoStores({ tableName })
  const running = findRunning(dataFolder())
  if (running === undefined) throw new Error('nothing is running here: npm start, or name a deployed --table')
  return dynamoStores({ tableName: running.names.table, endpoint: running.services.dynamodb })
}

/** Every page of a list. */
async function all<Page extends { readonly next?: string }>(
  read: (page: { limit: number; after?: string }) => Promise<Page>,
  show: (page: Page) => void,
): Promise<void> {
  let after: string | undefined
  do {
    const page = await read({ limit: pageSize, ...(after !== undefined && { after }) })
    show(page)
    after = page.next
  } while (after !== undefined)
}

program
  .command('members <organization> <application> <role>')
  .description('the active accounts that hold a role themselves')
  .action(async (organization: string, application: string, role: string) => {
    const { views } = open()
    await all(
      (page) => views.listMembers({ organization, application, role }, page),
      ({ members }) => {
        for (const { account } of members) console.log(account)
      },
    )
  })
program
  .command('counts <organization> <application>')
  .description('how many members each role has')
  .action(async (organization: string, application: string) => {
    for (const [role, count] of await open().views.countMembers(organization, application)) console.log(count, role)
  })
program
  .command('audit <organization>')
  .description('what changed, the oldest first, as JSON lines')
  .option('--month <yyyy-mm>', 'in UTC', new Date().toISOString().slice(0, 7))
  .action(async (organization: string, { month }: { month: string }) => {
    const { views } = open()
    await all(
      (page) => views.listAudit(organization, { month, ...page }),
      ({ entries }) => {
        for (const { at, ...entry } of entries)
          console.log(JSON.stringify({ at: new Date(at).toISOString(), ...entry }))
      },
    )
  })
program
  .command('rebuild [organizations...]')
  .description(
    'brings member lists and counts to what is stored, where the stream has said nothing; without names, of all',
  )
  .action(async (names: readonly string[]) => {
    const { listings, accounts, views } = open()
    const listed =
      names.length > 0 ? names : (await listings.listOrganizations()).map(({ organization }) => organization)
    for (const organization of listed) {
      const rebuilt = await rebuildViews({ listings, accounts, projections: views }, organization)
      console.log(`${organization}: ${rebuilt} accounts brought in`)
    }
  })

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

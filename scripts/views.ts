/**
 * `npm run views -- members|counts|audit|rebuild`: what the read views show, of the local stack that is running, or with `--table`
 * of a deployed stage, with the credentials and the Region of the shell. Nothing is decided by them.
 */
import { rebuildViews } from '@rolecast/core/application/sync/rebuild-views'
import { InvalidArgumentError } from 'commander'
import { openStores, run, stageCommand, storesOf } from './stage-command.ts'

const program = stageCommand('views').description('Shows member lists, counts and the audit of organizations.')

const pageSize = 500

const month = (text: string) => {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text
  throw new InvalidArgumentError('a year and a month, as in 2026-01')
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
    const { views } = await storesOf(program, organization)
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
    const { views } = await storesOf(program, organization)
    for (const [role, count] of await views.countMembers(organization, application)) console.log(count, role)
  })
program
  .command('audit <organization>')
  .description('what changed, the oldest first, as JSON lines')
  .option('--month <yyyy-mm>', 'in UTC', month, new Date().toISOString().slice(0, 7))
  .action(async (organization: string, { month }: { month: string }) => {
    const { views } = await storesOf(program, organization)
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
    const { listings, accounts, views } = openStores(program)
    const listed =
      names.length > 0 ? names : (await listings.listOrganizations()).map(({ organization }) => organization)
    for (const organization of listed) {
      const rebuilt = await rebuildViews({ listings, accounts, projections: views }, organization)
      console.log(`${organization}: ${rebuilt} accounts brought in`)
    }
  })

await run(program)

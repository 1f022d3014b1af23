/**
 * `npm run organization -- --table <name> <file.json>`: creates or changes an organization in a deployed stage, with the
 * credentials and the Region of the shell.
 */
import { readFileSync } from 'node:fs'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { Command } from 'commander'
import { putSettings, readSettings } from './organization-settings.ts'

const program = new Command('organization')
  .description('Creates or changes an organization: its issuer, the applications it uses, their features.')
  .argument('<file>', 'settings as JSON: organization, title, issuer, applications')
  .requiredOption('--table <name>', 'output TableName of the data stack')
  .action(async (file: string, { table }: { readonly table: string }) => {
    const settings = readSettings(JSON.parse(readFileSync(file, 'utf8')))
    const result = await putSettings(dynamoStores({ tableName: table }).organizations, settings)
    if (result.outcome === 'conflict') throw new Error('somebody else changed the organization meanwhile: run it again')
    console.log(`${settings.organization} is written, revision ${result.revision}`)
  })

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/**
 * `npm run organization -- <file.json>`: creates or changes an organization, of the local stack that is running, or with `--table`
 * of a deployed stage, with the credentials and the Region of the shell.
 */
import { readFileSync } from 'node:fs'
import { putSettings, readSettings } from './organization-settings.ts'
import { CannotBeDone, openStores, run, stageCommand } from './stage-command.ts'

const program = stageCommand('organization')
  .description('Creates or changes an organization: its issuer, the applications it uses, their features.')
  .argument('<file>', 'settings as JSON: organization, title, issuer, applications')
  .action(async (file: string) => {
    const settings = readSettings(JSON.parse(readFileSync(file, 'utf8')))
    const result = await putSettings(openStores(program).organizations, settings)
    if (result.outcome === 'conflict')
      throw new CannotBeDone('Somebody else changed the organization meanwhile: run it again.')
    console.log(`${settings.organization} is written, revision ${result.revision}`)
  })

await run(program)

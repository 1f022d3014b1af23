/**
 * `npm run -s sign-in -- <username>` prints an access token of the identity provider on this machine, and nothing else, on stdout:
 *   curl -H "authorization: Bearer $(npm run -s sign-in -- acme.vera)" ...
 * Address and password are those of the running provider (see `dataFolder`).
 */
import { dataFolder } from '../running.ts'
import { secretsFile } from './secrets.ts'
import { SignInFailed, signIn } from './sign-in.ts'

async function main(): Promise<void> {
  const [username, ...rest] = process.argv.slice(2)
  if (username === undefined || rest.length > 0) throw new Error('Usage: npm run -s sign-in -- <username or e-mail>')
  const stored = await secretsFile(dataFolder()).read()
  if (stored?.url === undefined) throw new Error('There is no identity provider here yet: npm start starts it.')
  const { accessToken } = await signIn(stored.url, username, stored.password)
  process.stdout.write(`${accessToken}\n`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
})

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof SignInFailed) return `${error.message} infra/local/demo-data.ts lists the people: acme.vera, ...`
  return error.message === 'fetch failed'
    ? 'The identity provider does not answer: npm start starts it.'
    : error.message
}

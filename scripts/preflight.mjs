// Plain JavaScript that any Node can parse: says in one line why the project cannot run here, and what to do.
const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(
    `Rolecast runs on Node 24 (as AWS Lambda's nodejs24.x does); this shell runs ${process.versions.node}.\n` +
      'On Linux x64, npm ci puts Node 24 into node_modules/.bin and npm scripts use it: run `npm ci` without --omit=optional,\n' +
      'and start things with `npm run …`. On another system install Node 24 yourself (see .nvmrc).',
  )
  process.exit(1)
}

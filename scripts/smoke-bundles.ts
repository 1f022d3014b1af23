/**
 * After a synthesis: starts every function of the cloud assembly as Lambda would. A bundle that needs `require`, a package
 * that is neither bundled nor in a layer, or a setting that its function refuses fails here and not when it is deployed.
 */
import { join } from 'node:path'
import { deployedFunctions } from './smoke/deployed-functions.ts'
import { startFunction } from './smoke/start-function.ts'

const [assembly = join(import.meta.dirname, '../cdk.out')] = process.argv.slice(2)
const functions = deployedFunctions(assembly)
const failures = functions.flatMap((each) => {
  const failure = startFunction(each)
  return failure === undefined ? [] : [`${each.path}: ${failure}`]
})
for (const failure of failures) console.error(failure)
if (functions.length === 0) console.error(`${assembly} deploys no function`)
console.log(`${functions.length - failures.length} of ${functions.length} functions start`)
process.exitCode = failures.length > 0 || functions.length === 0 ? 1 : 0

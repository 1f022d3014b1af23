/** What the CDK command line runs. `-c stage=dev` chooses one stage; without it, every stage that is deployed. */
import { InvalidDeployment } from './deployment.ts'
import { UnknownStage } from './stages.ts'
import { createApp } from './synthesize.ts'

try {
  createApp().synth()
} catch (error) {
  if (!(error instanceof UnknownStage || error instanceof InvalidDeployment)) throw error
  console.error(error.message)
  process.exitCode = 1
}

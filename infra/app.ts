/** What the CDK command line runs. `-c stage=dev` chooses one stage; without it, every stage that is deployed. */
import { createApp } from './synthesize.ts'

createApp().synth()

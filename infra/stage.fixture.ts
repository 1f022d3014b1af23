import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { standIn } from '../scripts/smoke/deployed-functions.ts'
import { createApp, type SynthesizeOptions } from './synthesize.ts'

/** What stands for the build where the content of bundles does not matter. */
export const fakeDist = mkdtempSync(join(tmpdir(), 'dist-'))
const functions = readdirSync(join(import.meta.dirname, '../functions'))
for (const name of [...functions, 'customer-v2']) {
  mkdirSync(join(fakeDist, 'functions', name), { recursive: true })
  writeFileSync(join(fakeDist, 'functions', name, 'index.mjs'), `export const handler = () => '${name}'\n`)
}
mkdirSync(join(fakeDist, 'layers/permission-sdk/nodejs'), { recursive: true })
writeFileSync(join(fakeDist, 'layers/permission-sdk/nodejs/index.js'), '')

const transmitter = {
  organization: 'acme',
  issuer: 'https://idp.example.com/',
  audience: 'rolecast',
  jwksUri: 'https://idp.example.com/jwks',
}

/** A deployment as an owner would give it. */
export const deployment = {
  providers: [
    {
      issuer: 'https://provider.example.com',
      jwksUri: 'https://provider.example.com/jwks',
      audiences: ['https://api.example.com'],
      organization: { claim: 'org' },
    },
  ],
  identityAdmins: [{ kind: 'ix-admin', name: 'ix-admin', url: 'https://admin.example.com', clientId: 'rolecast' }],
  hooks: [
    { kind: 'okta', name: 'acme-okta', organization: 'acme' },
    { kind: 'graph', name: 'acme-graph', organization: 'acme', tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95' },
    { kind: 'ssf', name: 'acme-ssf', ...transmitter },
    { kind: 'ssf-poll', name: 'acme-poll', ...transmitter, endpoint: 'https://idp.example.com/poll' },
    { kind: 'okta-partner', name: 'acme-bus', organization: 'acme', eventSource: 'aws.partner/okta.com/acme/rolecast' },
  ],
}

/** The app with one stage, without the validations that take time. */
export function appWith(stage: string, options: SynthesizeOptions = {}): App {
  const context = stage === 'local' ? {} : { [`rolecast:${stage}`]: deployment }
  return createApp({ stages: [stage], dist: fakeDist, validate: false, context, ...options })
}

/** A synthesized stage: the template of each of its stacks by the last part of the stack's name. */
export class SynthesizedStage {
  readonly #templates: ReadonlyMap<string, Template>

  constructor(stage: string, options: SynthesizeOptions = {}) {
    const app = appWith(stage, options)
    app.synth()
    const stacks = app.node.findAll().filter((node) => Stack.isStack(node))
    this.#templates = new Map(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)]))
  }

  get stacks(): readonly string[] {
    return [...this.#templates.keys()]
  }

  template(stack: string): Template {
    const template = this.#templates.get(stack)
    if (template === undefined) throw new Error(`no stack ${stack}`)
    return template
  }

  /** Resources of a type, in one stack or in all. */
  // biome-ignore lint/suspicious/noExplicitAny: a template has no static type
  resources(type: string, stack?: string): any[] {
    const templates = stack === undefined ? [...this.#templates.values()] : [this.template(stack)]
    return templates.flatMap((template) => Object.values(template.findResources(type)))
  }

  /** Every statement of every identity policy. */
  // biome-ignore lint/suspicious/noExplicitAny: a template has no static type
  statements(stack?: string): any[] {
    return this.resources('AWS::IAM::Policy', stack).flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
  }
}

/** The policy statements of the function with this description. */
// biome-ignore lint/suspicious/noExplicitAny: a template has no static type
export function statementsOf(template: Template, description: RegExp): any[] {
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function')).filter(({ Properties }) =>
    description.test(Properties.Description ?? ''),
  )
  const [role] = lambda?.['Properties'].Role['Fn::GetAtt'] ?? []
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
}

/** The environment of the function with this description, with stand-ins for what only a deployment knows. */
export function environmentOf(template: Template, description: RegExp): Record<string, string> {
  const [lambda] = Object.values(template.findResources('AWS::Lambda::Function')).filter(({ Properties }) =>
    description.test(Properties.Description ?? ''),
  )
  return Object.fromEntries(
    Object.entries(lambda?.['Properties'].Environment.Variables).map(([name, value]) => [name, standIn(value)]),
  )
}

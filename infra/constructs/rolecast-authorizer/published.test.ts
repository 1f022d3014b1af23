import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackages } from '../../../scripts/build-packages.ts'

const root = join(import.meta.dirname, '../../..')

/** The CDK app of a team elsewhere, with a catalog of its own. `POST /orders` is what the second case forgets. */
const teamApp = `
import { defineCatalog, compileCatalog, readLock, addHttpRoutes, RolecastAuthorizer } from '@rolecast/cdk-authorizer'
import { App, Duration, Stack } from 'aws-cdk-lib'
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'

const catalog = defineCatalog({
  application: 'orders', title: 'Orders',
  sections: { orders: { title: 'Orders', description: 'Orders' } },
  features: {}, qualifiers: {},
  permissions: { 'orders.view': { title: 'View', description: 'View orders', section: 'orders' } },
  roles: { clerk: { title: 'Clerk', description: 'Serves', kind: 'system', level: 'organization', grants: ['orders.view'] } },
  policy: {
    base: { min: 0, max: 1 }, additional: { min: 0, max: null }, empty: 'no_access', assignmentTakesEffect: 'next_access',
    definitionTakesEffect: 'next_access', customRoles: 'none', customRoleDeletion: 'not_applicable', mayAssign: 'us', mayDefine: null,
  },
  conflicts: [],
  routes: { 'GET /orders': { permission: 'orders.view' } },
})
const lock = readLock({ application: 'orders', epochs: [1], numbers: [{ key: 'orders.view' }] })

const app = new App({ analyticsReporting: false, outdir: process.argv[2] })
const stack = new Stack(app, 'Orders')
const api = new HttpApi(stack, 'Api')
const integration = new HttpUrlIntegration('Orders', 'https://orders.example.com')
addHttpRoutes(api, catalog, integration)
if (process.argv[3] === 'forgetful') api.addRoutes({ path: '/orders', methods: [HttpMethod.POST], integration })
new RolecastAuthorizer(stack, 'Rolecast', {
  catalog: compileCatalog(catalog, lock),
  issuer: 'https://identity.example.com',
  resultCacheTtl: Duration.seconds(0),
}).protect(api)
app.synth()
`

let project: string
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'team-'))
  await buildPackages(join(project, 'dist'))
  const modules = join(project, 'node_modules')
  mkdirSync(modules)
  for (const name of ['aws-cdk-lib', 'constructs', '@types', 'undici-types']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  cpSync(join(project, 'dist/packages/cdk-authorizer'), join(modules, '@rolecast/cdk-authorizer'), { recursive: true })
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  writeFileSync(join(project, 'app.ts'), teamApp)
}, 120_000)
afterAll(() => rmSync(project, { recursive: true }))

function run(...args: readonly string[]) {
  const flags = [join(project, 'app.ts'), join(project, 'out'), ...args]
  return spawnSync(process.execPath, flags, { cwd: project, encoding: 'utf8' })
}

describe('the construct, installed in the CDK app of a team elsewhere', () => {
  it('protects the API with the bundle it brings along and the catalog of the team', () => {
    expect(run()).toMatchObject({ status: 0 })
    const template = JSON.parse(readFileSync(join(project, 'out/Orders.template.json'), 'utf8'))
    const types = Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type)
    expect(types).toContain('AWS::ApiGatewayV2::Authorizer')
    const asset = readdirSync(join(project, 'out')).find((name) => name.startsWith('asset.'))
    const files = readdirSync(join(project, 'out', asset ?? ''))
    expect(files).toEqual(expect.arrayContaining(['catalog.json', 'index.mjs']))
  })

  it('fails the synthesis of the team when a route has no permission', () => {
    const forgetful = run('forgetful')
    expect(forgetful.status).not.toBe(0)
    expect(forgetful.stderr).toContain('route_without_permission: POST /orders')
  })

  it('has types that need nothing but the CDK', () => {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      types: ['node'],
      skipLibCheck: true,
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    expect(spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' }).stdout).toBe('')
  })
})

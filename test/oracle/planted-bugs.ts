import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Product } from './compare.ts'

/** A mistake to make in one file of the domain: the text to find there, exactly once, and what to put in its place. */
export interface PlantedBug {
  readonly mistake: string
  readonly file: string
  readonly find: string
  readonly put: string
}

const domain = join(import.meta.dirname, '../../layers/core/src/domain')

/** The bugs, each a way in which an evaluation like this one could plausibly be wrong. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    mistake: 'ceilings are forgotten',
    file: 'grant/evaluate.ts',
    find: 'if (role.ceiling !== undefined) keepOnly(permissions, role.ceiling)',
    put: '{}',
  },
  {
    mistake: 'only the first held role can be a ceiling',
    file: 'grant/evaluate.ts',
    find: 'for (const { role } of held.predefined) if (role.ceiling',
    put: 'for (const { role } of held.predefined.slice(0, 1)) if (role.ceiling',
  },
  {
    mistake: 'a ceiling grants what it should only limit',
    file: 'grant/evaluate.ts',
    find: 'keepOnly(permissions, role.ceiling)',
    put: 'addAll(permissions, role.ceiling)',
  },
  {
    mistake: 'features are forgotten',
    file: 'grant/evaluate.ts',
    find: 'if (!settings.features.includes(feature)) removeAll(permissions, numbers)',
    put: '{}',
  },
  {
    mistake: 'full access ignores features',
    file: 'grant/evaluate.ts',
    find: `const permissions = compiled.active.slice()
  removeDisabled(permissions, compiled, settings)`,
    put: 'const permissions = compiled.active.slice()',
  },
  {
    mistake: 'an empty assignment is accepted where it is forbidden',
    file: 'grant/evaluate.ts',
    find: `if (compiled.catalog.policy.empty === 'forbidden')`,
    put: 'if (false)',
  },
  {
    mistake: 'custom roles add permissions where they should only name resources',
    file: 'grant/evaluate.ts',
    find: `customRoles === 'grants' ?`,
    put: `customRoles !== 'none' ?`,
  },
  {
    mistake: 'custom roles name resources where they should only add permissions',
    file: 'grant/evaluate.ts',
    find: `customRoles === 'gates' ?`,
    put: `customRoles !== 'none' ?`,
  },
  {
    mistake: 'an inactive account keeps its roles',
    file: 'assignment/derive-state.ts',
    find: `if (record.status !== 'active')`,
    put: 'if (false)',
  },
  {
    mistake: 'full access needs no opt-in',
    file: 'assignment/derive-state.ts',
    find: ' && settings.defaultFull === true',
    put: '',
  },
  {
    mistake: 'old confirmations never age',
    file: 'freshness/policy.ts',
    find: 'return confirmedAt >= floor && ',
    put: 'return ',
  },
  {
    mistake: 'a confirmation from the future counts',
    file: 'freshness/policy.ts',
    find: ' && confirmedAt <= now + confirmedAheadMs',
    put: '',
  },
  {
    mistake: 'roles of other applications count',
    file: 'assignment/role-names.ts',
    find: 'if (assignment.application === application) roles',
    put: 'roles',
  },
  {
    mistake: 'unknown roles are ignored although there are ceilings',
    file: 'grant/held-roles.ts',
    find: 'if (held.unknown.length > 0 && compiled.hasCeilings)',
    put: 'if (false)',
  },
  {
    mistake: 'maximum counts are ignored',
    file: 'grant/held-roles.ts',
    find: 'if (max !== null && atMost > max)',
    put: 'if (false)',
  },
  {
    mistake: 'minimum counts are ignored',
    file: 'grant/held-roles.ts',
    find: 'if (atLeast < min)',
    put: 'if (false)',
  },
  {
    mistake: 'losing a custom role repairs an assignment with too many',
    file: 'grant/held-roles.ts',
    find: 'onTop + held.missing.length',
    put: 'onTop',
  },
  {
    mistake: 'custom roles of another application are taken',
    file: 'grant/held-roles.ts',
    find: ' && role.application === compiled.application',
    put: '',
  },
  {
    mistake: 'inclusions reach one step only',
    file: 'catalog/compile.ts',
    find: 'for (const included of definition.includes ?? []) visit(included)',
    put: 'for (const included of key === role ? (definition.includes ?? []) : []) visit(included)',
  },
  {
    mistake: 'a qualified grant counts as an unqualified one',
    file: 'grant/decide.ts',
    find: 'const holds = qualifierHolds(form.qualifier, facts)',
    put: 'const holds = true as boolean | undefined',
  },
  {
    mistake: 'a missing attribute counts as fitting',
    file: 'grant/decide.ts',
    find: '!Object.hasOwn(attributes, rule.attribute)) return undefined',
    put: '!Object.hasOwn(attributes, rule.attribute)) return true',
  },
  {
    mistake: 'gates are forgotten',
    file: 'grant/decide.ts',
    find: 'rule.gated && decision.allowed ?',
    put: 'false ?',
  },
  {
    mistake: 'a gate opens for any account that holds some gate',
    file: 'grant/decide.ts',
    find: 'grant.gates.includes(resource.id) ?',
    put: 'grant.gates.length > 0 ?',
  },
  {
    mistake: 'a resource of which nothing is said counts as not secured',
    file: 'grant/decide.ts',
    find: 'if (resource?.secured === false)',
    put: 'if (!resource?.secured)',
  },
]

/** Builds the product with one bug planted. Throws when the text to replace is not there exactly once. */
export async function productWith({ file, find, put }: PlantedBug): Promise<Product> {
  const path = join(domain, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`)
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'product.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'product',
    platform: 'node',
    plugins: [
      {
        name: 'plant',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, (loaded) =>
            loaded.path === path ? { contents: source.replace(find, () => put), loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  const code = outputFiles[0]?.text ?? ''
  return new Function(`${code}; return product`)() as Product
}

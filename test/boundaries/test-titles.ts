import { parseAst } from 'vitest/node'

/** A test as its file spells it: the titles of the groups it is in, then its own. */
export interface WrittenTest {
  readonly titles: readonly string[]
  /** It, or a group it is in, is skipped or still to be written. */
  readonly off: boolean
}

interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

const readBefore = new Map<string, readonly WrittenTest[]>()

/** The tests of a TypeScript file, read from its text: nothing is run. The same text is read once. */
export function testsIn(source: string): readonly WrittenTest[] {
  const known = readBefore.get(source)
  if (known !== undefined) return known
  const tests: WrittenTest[] = []
  const visit = (value: unknown, groups: readonly string[], off: boolean): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, groups, off)
      return
    }
    if (!isNode(value)) return
    const call = value.type === 'CallExpression' ? readCall(value) : undefined
    const isOff = off || call?.off === true
    if (call?.kind === 'test') tests.push({ titles: [...groups, call.title], off: isOff })
    const within = call?.kind === 'group' ? [...groups, call.title] : groups
    for (const [name, member] of Object.entries(value)) if (name !== 'type') visit(member, within, isOff)
  }
  visit(parseAst(source, { lang: 'ts' }), [], false)
  readBefore.set(source, tests)
  return tests
}

/**
 * Whether a test goes by this name: its title, or its last groups and its title joined by ` > `. Where the title has
 * placeholders (`%s`, `$name`), what stands for them must be in the file, as the row of the test's table.
 */
export function goesBy({ titles }: WrittenTest, name: string, source: string): boolean {
  return titles.some((_, index) => {
    const title = titles.slice(index).join(' > ')
    if (title === name) return true
    const written = title.split(/%[a-z]|\$[a-z]\w*/i)
    if (written.length === 1 || !/\w/.test(written.join(''))) return false
    const pattern = written.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('(.+?)')
    const filled = new RegExp(`^${pattern}$`).exec(name)
    return filled?.slice(1).every((value) => source.includes(value)) ?? false
  })
}

interface TestCall {
  readonly kind: 'group' | 'test'
  readonly title: string
  readonly off: boolean
}

/** `test('…')`, `describe.each(…)('…')`, `it.skip('…')`: what is called, and its first argument. */
function readCall({ callee, arguments: args }: Node): TestCall | undefined {
  const names = namesOf(callee)
  const title = Array.isArray(args) ? textOf(args[0]) : undefined
  const kind =
    names[0] === 'describe' ? 'group' : ['test', 'it', 'property'].includes(names[0] ?? '') ? 'test' : undefined
  if (kind === undefined || title === undefined) return undefined
  return { kind, title, off: names.some((name) => ['skip', 'todo', 'fails', 'skipIf', 'runIf'].includes(name)) }
}

/** `it.skip.each(…)` is `it`, `skip`, `each`. */
function namesOf(value: unknown): readonly string[] {
  if (!isNode(value)) return []
  if (value.type === 'Identifier') return [String(value['name'])]
  if (value.type === 'MemberExpression') return [...namesOf(value['object']), ...namesOf(value['property'])]
  if (value.type === 'CallExpression') return namesOf(value['callee'])
  if (value.type === 'TaggedTemplateExpression') return namesOf(value['tag'])
  return []
}

/** The text of a string or a template; what a template puts in becomes `%s`. */
function textOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined
  if (value.type === 'Literal' && typeof value['value'] === 'string') return value['value']
  if (value.type !== 'TemplateLiteral') return undefined
  const quasis = value['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
  return quasis.map((part) => part.value.cooked).join('%s')
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

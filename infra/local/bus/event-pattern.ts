import { isRecord } from '../assembly/template.ts'

/** An event pattern of a rule, or a filter of an event source mapping: the same language. */
export type EventPattern = Readonly<Record<string, unknown>>

/** Whether an event matches: every field of the pattern must, and each by any of its conditions. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    if (field === '$or' && Array.isArray(expected)) return expected.some((inner) => matchesPattern(inner, event))
    const value = isRecord(event) && Object.hasOwn(event, field) ? event[field] : undefined
    if (Array.isArray(expected)) return expected.some((condition) => holds(condition, value))
    const items = Array.isArray(value) ? value : [value]
    return items.some((item) => matchesPattern(expected as EventPattern, item))
  })
}

function holds(condition: unknown, value: unknown): boolean {
  const values = leaves(value)
  if (isRecord(condition) && 'exists' in condition) return values.length > 0 === condition['exists']
  return values.some((leaf) => leafHolds(condition, leaf))
}

/** What a field comes down to: objects are no leaves, of lists any element counts. */
function leaves(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves)
  return value === undefined || isRecord(value) ? [] : [value]
}

function leafHolds(condition: unknown, leaf: unknown): boolean {
  if (!isRecord(condition)) return condition === leaf
  const [[name, argument] = ['', undefined]] = Object.entries(condition)
  switch (name) {
    case 'anything-but':
      return !alternatives(argument).some((excluded) => leafHolds(excluded, leaf))
    case 'numeric':
      return typeof leaf === 'number' && inRange(argument as readonly (string | number)[], leaf)
    case 'cidr':
      return typeof leaf === 'string' && inNetwork(String(argument), leaf)
    default:
      return typeof leaf === 'string' && textHolds(name, argument, leaf)
  }
}

/** `anything-but` takes one value, a list of them, or one condition with one value or a list. */
function alternatives(argument: unknown): readonly unknown[] {
  if (!isRecord(argument)) return Array.isArray(argument) ? argument : [argument]
  return Object.entries(argument).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value: unknown) => ({ [name]: value })),
  )
}

function textHolds(name: string, argument: unknown, text: string): boolean {
  const folded = isRecord(argument) ? argument['equals-ignore-case'] : undefined
  const expected = String(folded ?? argument)
  const [left, right] = folded === undefined ? [text, expected] : [text.toLowerCase(), expected.toLowerCase()]
  switch (name) {
    case 'prefix':
      return left.startsWith(right)
    case 'suffix':
      return left.endsWith(right)
    case 'equals-ignore-case':
      return text.toLowerCase() === expected.toLowerCase()
    case 'wildcard':
      return wildcard(expected).test(text)
    default:
      throw new TypeError(`Event patterns have no condition "${name}"`)
  }
}

/** `*` is any run of characters, `\*` a star and `\\` a backslash. */
function wildcard(pattern: string): RegExp {
  const parts = pattern.match(/\\[*\\]|\*|[^*\\]+|\\/g) ?? []
  const source = parts.map((part) =>
    part === '*' ? '[^]*' : part.replace(/^\\([*\\])$/, '$1').replace(/[^\w\s]/g, '\\$&'),
  )
  return new RegExp(`^${source.join('')}$`)
}

const COMPARE: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

function inRange(range: readonly (string | number)[], value: number): boolean {
  return range.every((operator, at) => at % 2 === 1 || COMPARE[operator]?.(value, Number(range[at + 1])) === true)
}

function inNetwork(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/')
  const shift = BigInt(32 - Number(bits))
  const [left, right] = [ipv4(address), ipv4(base)]
  return left !== undefined && right !== undefined && left >> shift === right >> shift
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n)
}

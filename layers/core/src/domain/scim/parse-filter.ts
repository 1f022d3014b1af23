import type { Outcome } from '../decision/refusal.ts'
import { attempt, fail, quoted } from './attempt.ts'
import { type Attribute, attributeNamed, valueAttribute } from './attribute.ts'
import { type Filter, type Literal, type Operator, operators } from './filter.ts'
import { type AttributePath, type ResourceType, resolvePath } from './resource-type.ts'
import { type Token, tokenize } from './tokens.ts'

/** Deeper nesting and more comparisons are refused: what evaluating costs is bounded by them. */
const deepest = 30
const mostTerms = 200

/** Looks an attribute up by the name that a filter gives it. */
type Lookup = (name: string) => AttributePath | undefined

/**
 * Reads a filter on resources of one type; an attribute that only other types of the same search have is there, and never has a
 * value (RFC 7644 section 3.4.2.1). Refuses with `scim_invalid_filter`: malformed, an attribute that does not exist, or a
 * comparison that its type does not have (RFC 7644 table 3: no order among booleans and binaries).
 */
export function parseFilter(text: string, type: ResourceType, others: readonly ResourceType[] = []): Outcome<Filter> {
  const lookup: Lookup = (name) =>
    [type, ...others].map((each) => resolvePath(each, name)).find((path) => path !== undefined)
  return attempt(() => new Parser(tokenize(text), lookup).whole())
}

/** A filter among the values of one complex attribute, as it stands between brackets. Only within `attempt`. */
export function parseValueFilter(text: string, attribute: Attribute): Filter {
  return new Parser(tokenize(text), subLookup(attribute)).whole()
}

function subLookup(attribute: Attribute): Lookup {
  return (name) => {
    const sub = attributeNamed(attribute.subAttributes, name)
    return sub === undefined ? undefined : { attribute: sub }
  }
}

class Parser {
  readonly #tokens: readonly Token[]
  #lookup: Lookup
  #at = 0
  #depth = 0
  #terms = 0

  constructor(tokens: readonly Token[], lookup: Lookup) {
    this.#tokens = tokens
    this.#lookup = lookup
  }

  whole(): Filter {
    const filter = this.#or()
    if (this.#at < this.#tokens.length) fail('scim_invalid_filter', 'something follows the end of the filter')
    return filter
  }

  /** `and` binds closer than `or`, `not` and parentheses closer than both (RFC 7644 section 3.4.2.2). */
  #or(): Filter {
    const parts = [this.#and()]
    while (this.#takeWord('or')) parts.push(this.#and())
    return join('or', parts)
  }

  #and(): Filter {
    const parts = [this.#term()]
    while (this.#takeWord('and')) parts.push(this.#term())
    return join('and', parts)
  }

  #term(): Filter {
    const token = this.#next()
    if (token.kind === '(') return this.#group(')')
    if (token.kind !== 'word') return fail('scim_invalid_filter', 'an attribute is missing')
    if (token.text.toLowerCase() === 'not' && this.#peek()?.kind === '(') {
      this.#at += 1
      return { kind: 'not', part: this.#group(')') }
    }
    return this.#attribute(token.text)
  }

  #group(end: ')' | ']'): Filter {
    this.#depth += 1
    if (this.#depth > deepest) fail('scim_invalid_filter', `the filter is nested more than ${deepest} deep`)
    const filter = this.#or()
    if (this.#peek()?.kind !== end) fail('scim_invalid_filter', `${quoted(end)} is missing`)
    this.#at += 1
    this.#depth -= 1
    return filter
  }

  #attribute(name: string): Filter {
    this.#terms += 1
    if (this.#terms > mostTerms) fail('scim_invalid_filter', `the filter has more than ${mostTerms} comparisons`)
    const path = this.#lookup(name)
    if (path?.attribute === undefined) return fail('scim_invalid_filter', `there is no attribute ${quoted(name)}`)
    if (this.#peek()?.kind === '[') return this.#values({ ...path, attribute: path.attribute })
    return this.#comparison(path)
  }

  /** `emails[type eq "work"]`; clients also compare what follows: `emails[type eq "work"].value eq "…"`. */
  #values(path: AttributePath & { readonly attribute: Attribute }): Filter {
    if (path.attribute.subAttributes === undefined || path.sub !== undefined) {
      fail('scim_invalid_filter', `${quoted(path.attribute.name)} has no values to choose among`)
    }
    this.#at += 1
    const outer = this.#lookup
    this.#lookup = subLookup(path.attribute)
    const filter = this.#group(']')
    const after = this.#peek()
    const follows = after?.kind === 'word' && after.text.startsWith('.') ? after.text.slice(1) : undefined
    if (follows === undefined) {
      this.#lookup = outer
      return { kind: 'values', path, filter }
    }
    this.#at += 1
    const compared = this.#attribute(follows)
    this.#lookup = outer
    return { kind: 'values', path, filter: join('and', [filter, compared]) }
  }

  #comparison(path: AttributePath): Filter {
    const token = this.#next()
    const word = token.kind === 'word' ? token.text.toLowerCase() : ''
    if (word === 'pr') return { kind: 'present', path }
    const operator = operators.find((each) => each === word)
    if (operator === undefined) return fail('scim_invalid_filter', 'a comparison is missing or unknown')
    const literal = this.#next()
    if (literal.kind !== 'literal') return fail('scim_invalid_filter', 'a value to compare with is missing')
    const compared = simple(path)
    const leaf = compared.sub ?? compared.attribute
    if (leaf === undefined) return fail('scim_invalid_filter', 'a whole schema cannot be compared')
    return { kind: 'compare', path: compared, operator, value: check(leaf, operator, literal.value) }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #next(): Token {
    const token = this.#peek()
    if (token === undefined) return fail('scim_invalid_filter', 'the filter ends too early')
    this.#at += 1
    return token
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false
    this.#at += 1
    return true
  }
}

function join(kind: 'and' | 'or', parts: readonly Filter[]): Filter {
  const [first] = parts
  return parts.length === 1 && first !== undefined ? first : { kind, parts }
}

/** A complex attribute is compared by its `value` (RFC 7644 section 3.4.2.2 does so with `emails co "…"`). */
function simple(path: AttributePath): AttributePath {
  const { attribute, sub } = path
  if (attribute?.type !== 'complex' || sub !== undefined) return path
  const value = valueAttribute(attribute)
  if (value === undefined) return fail('scim_invalid_filter', `${quoted(attribute.name)} has no value to compare`)
  return { ...path, sub: value }
}

const ordering: ReadonlySet<Operator> = new Set(['gt', 'ge', 'lt', 'le'])
const substring: ReadonlySet<Operator> = new Set(['co', 'sw', 'ew'])

/** The value to compare with, in the type of the attribute. Entra writes booleans as the strings "True" and "False". */
function check({ name, type }: Attribute, operator: Operator, value: Literal): Literal {
  if (value === null) {
    return operator === 'eq' || operator === 'ne'
      ? null
      : fail('scim_invalid_filter', `null is neither before nor after ${quoted(name)}`)
  }
  const refuse = () => fail('scim_invalid_filter', `${quoted(name)} cannot be compared so with this value`)
  switch (type) {
    case 'boolean': {
      if (ordering.has(operator) || substring.has(operator)) return refuse()
      if (typeof value === 'boolean') return value
      const text = typeof value === 'string' ? value.toLowerCase() : ''
      return text === 'true' || text === 'false' ? text === 'true' : refuse()
    }
    case 'integer':
    case 'decimal':
      return typeof value === 'number' && !substring.has(operator) ? value : refuse()
    case 'dateTime':
      if (typeof value !== 'string') return refuse()
      return substring.has(operator) || !Number.isNaN(Date.parse(value)) ? value : refuse()
    case 'binary':
      return typeof value === 'string' && !ordering.has(operator) ? value : refuse()
    default:
      return typeof value === 'string' ? value : refuse()
  }
}

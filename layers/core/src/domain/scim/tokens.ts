import { fail, quoted } from './attempt.ts'
import type { Literal } from './filter.ts'

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: '(' | ')' | '[' | ']' }

/** Longer filters are refused, before anything else is done with them. Characters. */
const longest = 10_000

/**
 * The tokens of a filter, one look at each character. Words are names, operators and the bare literals that JSON knows; a `.`
 * and what follows a `]` begin a word, too. Only within `attempt`.
 */
export function tokenize(text: string): readonly Token[] {
  if (text.length > longest) fail('scim_invalid_filter', `the filter is longer than ${longest} characters`)
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === ' ' || character === '\t') {
      at += 1
    } else if (character === '(' || character === ')' || character === '[' || character === ']') {
      tokens.push({ kind: character })
      at += 1
    } else if (character === '"') {
      const end = endOfString(text, at)
      tokens.push({ kind: 'literal', value: parseString(text.slice(at, end)) })
      at = end
    } else {
      let end = at
      while (end < text.length && !' \t()[]"'.includes(text.charAt(end))) end += 1
      tokens.push(wordOrLiteral(text.slice(at, end)))
      at = end
    }
  }
  return tokens
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\') at += 1
    else if (character === '"') return at + 1
  }
  return fail('scim_invalid_filter', 'a string is not closed')
}

function parseString(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return fail('scim_invalid_filter', 'a string is not one of JSON')
  }
}

function wordOrLiteral(text: string): Token {
  if (/^-?[0-9]/.test(text)) {
    if (text.length > 40 || !/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(text)) {
      fail('scim_invalid_filter', `${quoted(text)} is no number`)
    }
    return { kind: 'literal', value: Number(text) }
  }
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return { kind: 'literal', value: lower === 'true' }
  return lower === 'null' ? { kind: 'literal', value: null } : { kind: 'word', text }
}

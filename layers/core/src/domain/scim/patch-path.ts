import { fail, quoted } from './attempt.ts'
import { type Attribute, attributeNamed } from './attribute.ts'
import type { Filter } from './filter.ts'
import { parseValueFilter } from './parse-filter.ts'
import { type AttributePath, type ResourceType, resolvePath } from './resource-type.ts'

/** What an operation works on: an attribute, or those of its values that satisfy `filter`, or one sub-attribute of them. */
export interface PatchTarget {
  readonly extension?: string
  /** Absent: the whole extension. */
  readonly attribute?: Attribute
  readonly filter?: Filter
  readonly sub?: Attribute
}

/** Reads `path` of an operation (RFC 7644 figure 7). Only within `attempt`. */
export function parsePatchPath(type: ResourceType, text: string): PatchTarget {
  const open = text.indexOf('[')
  if (open < 0) return resolvePath(type, text.trim()) ?? noSuchAttribute(text)
  const path: AttributePath = resolvePath(type, text.slice(0, open).trim()) ?? noSuchAttribute(text)
  const { attribute } = path
  if (attribute?.subAttributes === undefined || !attribute.multiValued || path.sub !== undefined) {
    return fail('scim_invalid_path', `${quoted(text.slice(0, open))} has no values to choose among`)
  }
  const close = closingBracket(text, open)
  const filter = parseValueFilter(text.slice(open + 1, close), attribute)
  const rest = text.slice(close + 1).trim()
  if (rest === '') return { ...path, filter }
  const sub = rest.startsWith('.') ? attributeNamed(attribute.subAttributes, rest.slice(1)) : undefined
  return sub === undefined ? noSuchAttribute(rest) : { ...path, filter, sub }
}

function closingBracket(text: string, open: number): number {
  let isString = false
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (isString && character === '\\') at += 1
    else if (character === '"') isString = !isString
    else if (character === ']' && !isString) return at
  }
  return fail('scim_invalid_path', '"]" is missing')
}

function noSuchAttribute(text: string): never {
  return fail('scim_invalid_path', `there is no attribute ${quoted(text)}`)
}

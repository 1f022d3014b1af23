import type { AttributePath } from './resource-type.ts'

export const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
export type Operator = (typeof operators)[number]

export type Literal = string | number | boolean | null

/**
 * A filter (RFC 7644 section 3.4.2.2) whose attributes have been looked up. Within `values` the paths name sub-attributes of the
 * complex attribute, as attributes. `never`: compares an attribute that this type of resource does not have.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'compare'; readonly path: AttributePath; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: 'values'; readonly path: AttributePath; readonly filter: Filter }

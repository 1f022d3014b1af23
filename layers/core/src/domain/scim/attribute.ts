/** An attribute as RFC 7643 section 7 describes it. */
export interface Attribute {
  readonly name: string
  readonly type: 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex'
  readonly multiValued: boolean
  readonly description: string
  readonly required: boolean
  readonly caseExact?: boolean
  readonly canonicalValues?: readonly string[]
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
  readonly returned: 'always' | 'never' | 'default' | 'request'
  readonly uniqueness?: 'none' | 'server' | 'global'
  readonly referenceTypes?: readonly string[]
  readonly subAttributes?: readonly Attribute[]
}

export interface Schema {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly Attribute[]
}

/** Names of attributes are compared without regard to case (RFC 7643 section 2.1). */
export function attributeNamed(attributes: readonly Attribute[] | undefined, name: string): Attribute | undefined {
  const wanted = name.toLowerCase()
  return attributes?.find((each) => each.name.toLowerCase() === wanted)
}

/** What stands for the whole of a value of a complex attribute in filters and comparisons: its `value`, if it has one. */
export function valueAttribute(attribute: Attribute): Attribute | undefined {
  return attributeNamed(attribute.subAttributes, 'value')
}

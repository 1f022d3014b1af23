import type { Attribute } from './attribute.ts'

const readOnly = {
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: true,
  mutability: 'readOnly',
  returned: 'default',
  uniqueness: 'none',
} as const satisfies Partial<Attribute>

const metaPart = (name: string, type: Attribute['type'], description: string): Attribute => ({
  ...readOnly,
  name,
  type,
  description,
})

/** Attributes of every resource (RFC 7643 section 3.1); they are part of no schema. */
export const commonAttributes: readonly Attribute[] = [
  { ...readOnly, name: 'id', returned: 'always', uniqueness: 'global', description: 'Issued by the service provider' },
  { ...readOnly, mutability: 'readWrite', name: 'externalId', description: 'Issued by the client' },
  {
    ...readOnly,
    name: 'schemas',
    type: 'reference',
    multiValued: true,
    returned: 'always',
    referenceTypes: ['uri'],
    description: 'The schemas of the resource',
  },
  {
    ...readOnly,
    name: 'meta',
    type: 'complex',
    description: 'About the resource itself',
    subAttributes: [
      metaPart('resourceType', 'string', 'The name of its type'),
      metaPart('created', 'dateTime', 'When it was created'),
      metaPart('lastModified', 'dateTime', 'When it was last changed'),
      metaPart('location', 'reference', 'Where it is'),
      metaPart('version', 'string', 'Its entity tag'),
    ],
  },
]

/**
 * How the value of a name is compared: `externalId` exactly, `userName` and the `displayName` of groups without regard to case,
 * composed (RFC 7643 sections 2.2, 3.1, 4.1.1 and 8.7.1).
 */
export function nameKey(attribute: string, value: string): string {
  return attribute === 'externalId' ? value : value.normalize('NFC').toLowerCase()
}

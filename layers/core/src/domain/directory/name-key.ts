/** How a `userName` is compared: without regard to case, composed (RFC 7643 sections 2.2 and 4.1.1). Other names are exact. */
export function nameKey(attribute: string, value: string): string {
  return attribute === 'userName' ? value.normalize('NFC').toLowerCase() : value
}

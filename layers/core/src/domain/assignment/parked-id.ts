/**
 * Names a parked event: by the time of its receipt (epoch milliseconds), so that names sort by it, and by a name of its own,
 * so that it gets the same one at every delivery. Whatever is not a letter, a digit or a hyphen is left out.
 */
export function parkedId(receivedAt: number, name: string): string {
  const time = String(Math.max(0, Math.floor(receivedAt))).padStart(15, '0')
  return `${time}-${name.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 64)}`
}

/** Whether a text names a parked event. */
export function isParkedId(text: string): boolean {
  return /^\d{15}-[A-Za-z0-9-]{0,64}$/.test(text)
}

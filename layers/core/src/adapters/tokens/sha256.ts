import { createHash } from 'node:crypto'
import type { Digest } from '../../application/ports.ts'

/** SHA-256 in base64url, as references to grant documents spell it. */
export const sha256: Digest = async (text) => createHash('sha256').update(text, 'utf8').digest('base64url')

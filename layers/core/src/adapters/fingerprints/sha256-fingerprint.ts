import { hash } from 'node:crypto'
import type { Fingerprint } from '../../domain/reconcile/fingerprints.ts'

/** The first 64 bits of the SHA-256 of the text in UTF-8. */
export const sha256Fingerprint: Fingerprint = (text) => hash('sha256', text, 'buffer').readBigUInt64BE()

import type { Clock } from '../../../application/ports.ts'
import type { Signal, SignalReader } from '../../../application/sync/ports.ts'
import { accept, type Outcome } from '../../../domain/decision/refusal.ts'
import type { SecurityEventTokenVerifier } from '../../tokens/security-event-token.ts'
import type { ConnectionSecret } from '../connection-secret.ts'
import { toReading } from '../finding.ts'
import { checkVerification, namesOf, readSecurityEvent, type SubjectTerms } from './security-event.ts'

interface SignalReaderOptions {
  readonly connection: SubjectTerms & { readonly name: string; readonly organization: string }
  readonly verifier: SecurityEventTokenVerifier
  readonly secret: ConnectionSecret
  readonly clock: Clock
}

/** Verifies and reads security event tokens of one transmitter. @throws SecretUnavailable */
export class SecurityEventReader implements SignalReader {
  readonly #options: SignalReaderOptions

  constructor(options: SignalReaderOptions) {
    this.#options = options
  }

  async readSignal(token: string): Promise<Outcome<Signal>> {
    const { connection, verifier, secret, clock } = this.#options
    const verified = await verifier.verify(token)
    if (!verified.ok) return verified
    const claims = verified.value
    const refused = await checkVerification(claims, () => secret.read())
    if (refused !== undefined) return refused
    const { name: source, organization } = connection
    const scope = { source, organization, receivedAt: clock() }
    return accept({ jti: claims.jti, reading: toReading([readSecurityEvent(claims, namesOf(connection))], scope) })
  }
}

import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { type SecretStore, SecretUnavailable } from '../../application/ports.ts'

/** Secrets of AWS Secrets Manager. Two attempts of at most a second, so that a pull that needs one still meets its deadline. */
export class SecretsManagerStore implements SecretStore {
  readonly #client: SecretsManagerClient

  constructor() {
    this.#client = new SecretsManagerClient({
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
    })
  }

  async readSecret(name: string): Promise<string> {
    const command = new GetSecretValueCommand({ SecretId: name })
    const { SecretString } = await this.#client.send(command).catch((cause: unknown) => {
      throw new SecretUnavailable(`GetSecretValue failed: ${cause instanceof Error ? cause.name : 'unknown'}`, {
        cause,
      })
    })
    if (SecretString === undefined) throw new SecretUnavailable('the secret is not a text')
    return SecretString
  }
}

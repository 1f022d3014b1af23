/** Where the local stack listens; 0 takes a free port. */
export interface LocalPorts {
  readonly dynamodb: number
  readonly kms: number
  /** EventBridge, Secrets Manager and SSM. */
  readonly services: number
  /** By API name. */
  readonly apis: Readonly<Record<string, number>>
}

/** Free ports for everything: for tests. */
export const FREE_PORTS: LocalPorts = { dynamodb: 0, kms: 0, services: 0, apis: {} }

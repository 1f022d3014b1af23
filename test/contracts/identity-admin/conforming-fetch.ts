import { type Json, type JsonObject, type Operation, operationsOf, resolved, schemasOf } from '../openapi.ts'
import { readContract } from './document.ts'

/**
 * A `fetch` that holds every answer against the contract: the status is one the operation has, required headers are there and fit, the
 * body fits its schema. Notes which answers of which operations it has seen.
 */
export class ConformingFetch {
  readonly seen = new Set<string>()
  readonly #contract = readContract()
  readonly #schema = schemasOf(this.#contract)
  readonly #operations = operationsOf(this.#contract)

  /** Every answer the contract has, as `<operationId> <status>`. */
  readonly all: readonly string[] = this.#operations.flatMap((each) =>
    Object.keys(each.responses).map((status) => `${each.operationId} ${status}`),
  )

  /** @throws Error if the answer is not as the contract says. */
  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const operation = this.#operationOf(new URL(url).pathname, init.method ?? 'GET')
    const response = await fetch(url, init)
    await this.check(operation, response.clone())
    this.seen.add(`${operation.operationId} ${response.status}`)
    return response
  }

  async check(operation: Operation, response: Response): Promise<void> {
    const where = `${operation.operationId} ${response.status}`
    const documented = operation.responses[response.status]
    if (documented === undefined) throw new Error(`${where}: no such answer in the contract`)
    for (const [name, header] of Object.entries((documented['headers'] ?? {}) as { [name: string]: JsonObject })) {
      const { required, schema } = resolved(this.#contract, header)
      const value = response.headers.get(name)
      if (value === null && required) throw new Error(`${where}: no ${name}`)
      if (value !== null) this.#fits(`${where} ${name}`, schema ?? {}, value)
    }
    const [mediaType, content] =
      Object.entries((documented['content'] ?? {}) as { [type: string]: JsonObject })[0] ?? []
    const said = response.headers.get('content-type')?.split(';')[0]
    const text = await response.text()
    if (content === undefined) {
      if (text !== '') throw new Error(`${where}: a body that the contract does not have`)
      return
    }
    if (said !== mediaType) throw new Error(`${where}: ${said} instead of ${mediaType}`)
    this.#fits(where, content['schema'] ?? {}, JSON.parse(text))
  }

  operation(operationId: string): Operation {
    const found = this.#operations.find((each) => each.operationId === operationId)
    if (found === undefined) throw new Error(`no operation ${operationId}`)
    return found
  }

  #fits(where: string, schema: Json, value: unknown): void {
    const validate = this.#schema(schema)
    if (!validate(value)) throw new Error(`${where}: ${JSON.stringify(validate.errors)}`)
  }

  #operationOf(path: string, method: string): Operation {
    const found = this.#operations.find(
      (each) =>
        each.method === method.toLowerCase() && new RegExp(`^${each.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    )
    if (found === undefined) throw new Error(`${method} ${path}: no such operation in the contract`)
    return found
  }
}

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { namesThisMachine } from '../listen.ts'
import { readBody } from '../read-body.ts'

/** One operation of a service: JSON in, JSON out. */
export type Operation = (input: unknown) => Promise<object>

/** An error as an AWS service names it; SDKs turn it into an exception of that name. */
export class AwsFault extends Error {
  override readonly name = 'AwsFault'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const MOST_BYTES = 1024 * 1024

/**
 * Services that speak AWS's JSON protocol, chosen by `x-amz-target` (`AWSEvents.PutEvents`). Signatures are not checked: this
 * listens on 127.0.0.1 only, and refuses pages of others that made their name point here.
 */
export function awsJsonServices(operations: Readonly<Record<string, Operation>>): RequestListener {
  return async (request, response) => {
    try {
      send(response, 200, await perform(operations, request))
    } catch (error) {
      const fault = error instanceof AwsFault ? error : new AwsFault('InternalFailure', String(error))
      send(response, fault.code === 'InternalFailure' ? 500 : 400, { __type: fault.code, message: fault.message })
    }
  }
}

async function perform(operations: Readonly<Record<string, Operation>>, request: IncomingMessage): Promise<object> {
  if (!namesThisMachine(request.headers.host)) throw new AwsFault('AccessDeniedException', 'only for this machine')
  const target = String(request.headers['x-amz-target'])
  const operation = Object.hasOwn(operations, target) ? operations[target] : undefined
  const body = await readBody(request, MOST_BYTES)
  if (operation === undefined) {
    const known = Object.keys(operations).join(', ')
    throw new AwsFault('UnknownOperationException', `${target} is not known on this machine; there are: ${known}`)
  }
  if (body === undefined) throw new AwsFault('SerializationException', 'the request is too large')
  return operation(parsed(body))
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new AwsFault('SerializationException', 'the request is not JSON')
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}

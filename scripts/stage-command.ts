import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { Command, InvalidArgumentError } from 'commander'
import { dataFolder, findRunning, type Running } from '../infra/local/running.ts'

/** Said to whoever called: nothing is broken, but what was asked for cannot be done. */
export class CannotBeDone extends Error {
  override readonly name = 'CannotBeDone'
}

/**
 * A command line of an operator, called as `npm run <name> --`: of the local stack that is running, or with `--table` of a
 * deployed stage, with the credentials and the Region of the shell.
 */
export function stageCommand(name: string): Command {
  return new Command(`npm run ${name} --`).option(
    '--table <name>',
    'output TableName of the data stack; without it, the local stack that is running',
  )
}

/** The stores of the stage that was named. @throws {CannotBeDone} where none was and nothing is running. */
export function openStores(command: Command) {
  const { table: tableName } = command.opts<{ table?: string }>()
  if (tableName !== undefined) return dynamoStores({ tableName })
  const { names, services } = runningHere()
  return dynamoStores({ tableName: names.table, endpoint: services.dynamodb })
}

/** @throws {CannotBeDone} */
export function runningHere(): Running {
  const running = findRunning(dataFolder())
  if (running === undefined) {
    throw new CannotBeDone('Nothing is running here: npm start, in another terminal, or name a deployed --table.')
  }
  return running
}

/** @throws {CannotBeDone} naming how an organization is created. */
export async function storesOf(command: Command, organization: string) {
  const stores = openStores(command)
  if ((await stores.organizations.readOrganization(organization)) === undefined) {
    throw new CannotBeDone(`There is no organization ${organization}: npm run organization creates one.`)
  }
  return stores
}

/** Reads an option. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1')
  return value
}

/** Does what was asked for; an error is told in one line and ends with 1. */
export async function run(command: Command): Promise<void> {
  try {
    await command.parseAsync()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

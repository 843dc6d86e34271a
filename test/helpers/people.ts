import type { Role } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from './analyzers.ts'
import { type AppOptions, startApp } from './app.ts'

export const PASSWORD = 'correct horse battery'
const roles = { user: 'user', stranger: 'user', analyst: 'analyst', administrator: 'administrator' } as const

export type Who = keyof typeof roles

/** A server where signing in is needed, with two users, an analyst and an administrator. */
export async function startWithPeople(t: Parameters<typeof startApp>[0], options: AppOptions = {}) {
  const analyzer = options.analyzer ?? new ScriptedAnalyzer()
  const app = await startApp(t, { ...options, analyzer, env: { AUTH: 'required', ...options.env } })
  const { users, sessions } = app.parts.accounts
  const people = {} as Record<Who, { id: number; token: string }>
  for (const [who, role] of Object.entries(roles) as Array<[Who, Role]>) {
    const { id } = await users.createUser({ username: who, password: PASSWORD, role })
    people[who] = { id, token: (await sessions.signIn(who, PASSWORD)).access_token }
  }
  const headersOf = (who: Who) => ({ authorization: `Bearer ${people[who].token}` })
  /** The answer to one of them, whose body is whatever the test takes it for. */
  const call = async (who: Who, method: string, path: string, body?: object) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(app.origin + path, {
      ...{ method, headers: { ...headersOf(who), ...json } },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? null : JSON.parse(text) }
  }
  return { app, people, headersOf, call }
}

export interface Scope {
  teardown(handler: () => Promise<unknown>): void
}

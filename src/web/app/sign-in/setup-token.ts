const PARAMETER = 'setup_token'

let token: string | null | undefined

/** What the link in the server's log carries. It does not stay in the address bar, from where it could be copied on. */
export function takeSetupToken(): string | null {
  if (token === undefined) {
    const url = new URL(location.href)
    token = url.searchParams.get(PARAMETER)
    url.searchParams.delete(PARAMETER)
    if (token !== null) history.replaceState(history.state, '', url)
  }
  return token
}

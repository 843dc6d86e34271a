import { AppError } from '../errors.ts'
import type { OpenUsers } from './open-users.ts'
import type { Principal } from './principal.ts'
import type { TokenService } from './token-service.ts'
import { tokenRefused } from './tokens.ts'

/** What a request says about who sends it. */
export interface PresentedCredentials {
  token: string | null
  /** The `user_id` that the client claims. */
  userId: number | null
}

/** Who may come in. */
export interface Access {
  readonly auth: 'open' | 'required'
  /** @throws AUTHENTICATION_FAILED, PERMISSION_DENIED */
  authenticate(credentials: PresentedCredentials): Promise<Principal>
  /** Looks once more whether a principal may still come in, as it was. @throws AUTHENTICATION_FAILED */
  confirm(principal: Principal): Promise<void>
}

/** AUTH=open: the claimed `user_id` is taken as given, and tokens are not looked at. */
export class OpenAccess implements Access {
  readonly auth = 'open'
  readonly #users: OpenUsers

  constructor(users: OpenUsers) {
    this.#users = users
  }

  authenticate({ userId }: PresentedCredentials): Promise<Principal> {
    return userId === null ? this.#users.localUser() : this.#users.userOnFirstSight(userId)
  }

  async confirm(): Promise<void> {}
}

/** AUTH=required: the token says who it is; a claimed `user_id` must agree with it. */
export class RequiredAccess implements Access {
  readonly auth = 'required'
  readonly #tokens: TokenService

  constructor(tokens: TokenService) {
    this.#tokens = tokens
  }

  async authenticate({ token, userId }: PresentedCredentials): Promise<Principal> {
    if (token === null) throw tokenRefused()
    const principal = await this.#tokens.authenticate(token)
    if (userId !== null && userId !== principal.userId) {
      throw new AppError('PERMISSION_DENIED', { needed: `user_id=${principal.userId}` })
    }
    return principal
  }

  confirm(principal: Principal): Promise<void> {
    return this.#tokens.confirm(principal)
  }
}

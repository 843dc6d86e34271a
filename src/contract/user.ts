import { type Static, Type } from 'typebox'
import { Nullable, NullableUserId, Page, PageQuery, Seconds, Timestamp, UserId } from './primitives.ts'

/** `analyst` sees all records; `administrator` may do everything. */
export const Role = Type.Enum(['user', 'analyst', 'administrator'])
export type Role = Static<typeof Role>

export const User = Type.Object({
  user_id: NullableUserId,
  username: Type.String(),
  display_name: Type.String(),
  role: Role,
  disabled: Type.Boolean(),
  created_at: Timestamp,
})
export type User = Static<typeof User>
export const UserPage = Page(User)
export type UserPage = Static<typeof UserPage>
export const UserQuery = Type.Object(PageQuery, { additionalProperties: false })
export type UserQuery = Static<typeof UserQuery>

const Username = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\p{L}\\p{N}._@-]+$' })
const Password = Type.String({ minLength: 10, maxLength: 200, description: 'At least 10 characters' })
const DisplayName = Type.String({ maxLength: 100 })

export const NewUser = Type.Object(
  {
    username: Username,
    password: Password,
    display_name: Type.Optional(DisplayName),
    role: Type.Optional(Role),
  },
  { additionalProperties: false },
)
export type NewUser = Static<typeof NewUser>

export const UserChange = Type.Object(
  {
    password: Type.Optional(Password),
    display_name: Type.Optional(DisplayName),
    role: Type.Optional(Role),
    disabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type UserChange = Static<typeof UserChange>

export const PasswordChange = Type.Object(
  { current_password: Type.String({ maxLength: 200 }), new_password: Password },
  { additionalProperties: false },
)
export type PasswordChange = Static<typeof PasswordChange>

export const Credentials = Type.Object(
  { username: Type.String({ maxLength: 64 }), password: Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
)
export type Credentials = Static<typeof Credentials>

export const SetupRequest = Type.Object(
  { setup_token: Type.String({ maxLength: 200 }), username: Username, password: Password },
  { additionalProperties: false },
)
export type SetupRequest = Static<typeof SetupRequest>

export const RefreshRequest = Type.Object(
  {
    refresh_token: Type.Optional(Type.String({ maxLength: 200, description: 'Left out where the cookie carries it' })),
  },
  { additionalProperties: false },
)
export type RefreshRequest = Static<typeof RefreshRequest>

export const SignedIn = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Seconds,
  expires_at: Timestamp,
  refresh_token: Type.String(),
  user: User,
})
export type SignedIn = Static<typeof SignedIn>

/** Who is asking, and what the server allows without a sign-in. */
export const Me = Type.Object({
  user: Nullable(User),
  auth: Type.Enum(['open', 'required'], { description: 'open: no sign-in is asked' }),
})
export type Me = Static<typeof Me>

export const ApiToken = Type.Object({
  token_id: Type.String(),
  user_id: NullableUserId,
  name: Type.String(),
  created_at: Timestamp,
  expires_at: Nullable(Timestamp),
  last_used_at: Nullable(Timestamp),
})
export type ApiToken = Static<typeof ApiToken>
export const ApiTokens = Type.Object({ items: Type.Array(ApiToken) })
export type ApiTokens = Static<typeof ApiTokens>

export const ApiTokenQuery = Type.Object(
  {
    user_id: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 2147483647,
        description: "Whose, 0: the local user's; another's for administrators only",
      }),
    ),
    scope: Type.Optional(
      Type.Enum(['own', 'all'], {
        default: 'own',
        description: 'all: everybody’s, for administrators; not with user_id',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ApiTokenQuery = Static<typeof ApiTokenQuery>

export const ApiTokenParams = Type.Object({ token_id: Type.String({ maxLength: 100 }) })

export const NewApiToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    expires_at: Type.Optional(Nullable(Timestamp)),
  },
  { additionalProperties: false },
)
export type NewApiToken = Static<typeof NewApiToken>

/** The only answer that ever shows the token itself. */
export const CreatedApiToken = Type.Object({ ...ApiToken.properties, token: Type.String() })
export type CreatedApiToken = Static<typeof CreatedApiToken>

export const UserParams = Type.Object({ user_id: UserId })

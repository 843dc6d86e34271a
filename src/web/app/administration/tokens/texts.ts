import { defineTexts } from '../../language/texts.ts'

export const texts = defineTexts(
  {
    title: '接口令牌',
    help: '令牌由各用户在“我的账号”中创建，令牌本身谁也看不到。怀疑泄露时请立即撤销。',
    whose: '谁的令牌',
    everybody: '所有用户',
    empty: '没有人创建过令牌。',
    emptyOf: (name: string) => `${name} 没有令牌。`,
    openAccess: '现在不检查令牌',
    openAccessHelp: 'AUTH=open：不带令牌也能访问接口，也不能创建令牌。设置 AUTH=required 后，下面的令牌重新生效。',
  },
  {
    title: 'API tokens',
    help: 'Everyone makes their own under “My account”; nobody can see a token itself. Revoke one that may have leaked.',
    whose: 'Whose tokens',
    everybody: 'Everybody',
    empty: 'Nobody has made a token.',
    emptyOf: (name) => `${name} has no tokens.`,
    openAccess: 'Tokens are not looked at now',
    openAccessHelp:
      'AUTH=open: requests need no token, and none can be made. With AUTH=required those below count again.',
  },
)

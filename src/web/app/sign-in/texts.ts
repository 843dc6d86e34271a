import { defineTexts } from '../language/texts.ts'

export const texts = defineTexts(
  {
    signIn: '登录',
    lead: '请用管理员分配的账号登录。',
    setUp: '创建管理员',
    setUpLead: '首次使用：请设置第一位管理员的账号。',
    setUpGone: '此链接已失效。若还没有管理员，请重启服务器，用日志中的新链接再试。',
    ended: '登录已失效，请重新登录。',
    username: '用户名',
    usernameNeeded: '请输入用户名',
    password: '密码',
    passwordNeeded: '请输入密码',
    newPassword: '密码（至少 10 个字符）',
    help: '没有账号或忘记密码，请联系管理员。首次使用时，管理员账号要用服务器日志里的链接创建。',
  },
  {
    signIn: 'Sign in',
    lead: 'Use the account that an administrator gave you.',
    setUp: 'Create the administrator',
    setUpLead: 'First run: choose the first administrator’s account.',
    setUpGone:
      'This link is no longer valid. If there is no administrator yet, restart the server and use the new link in its log.',
    ended: 'Your session has ended: please sign in again.',
    username: 'User name',
    usernameNeeded: 'Enter the user name',
    password: 'Password',
    passwordNeeded: 'Enter the password',
    newPassword: 'Password (at least 10 characters)',
    help: 'No account, or a forgotten password: ask an administrator. On the first run, the link in the server’s log makes the first administrator.',
  },
)

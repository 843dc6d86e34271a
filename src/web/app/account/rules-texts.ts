import { defineTexts } from '../language/texts.ts'

export const texts = defineTexts(
  {
    usernameNeeded: '请输入用户名',
    usernameRule: '只能用文字、数字和 . _ @ -，不能有空格',
    passwordNeeded: '请输入密码',
    passwordRule: (least: number) => `至少 ${least} 个字符`,
  },
  {
    usernameNeeded: 'Enter the user name',
    usernameRule: 'Letters, digits and . _ @ - only, without spaces',
    passwordNeeded: 'Enter the password',
    passwordRule: (least) => `At least ${least} characters`,
  },
)

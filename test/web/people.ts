import type { Page } from 'playwright-core'
import { connected } from './browser.ts'

export const PASSWORD = 'a password of many letters'

/** At the sign-in, in Chinese. Resolves once the page is connected. */
export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('用户名').fill(username)
  await page.getByLabel('密码').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: `我的账号: ${username}` }).waitFor()
  await connected(page)
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^我的账号/ }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
}

import { HzClient } from '../../../client/index.ts'

/**
 * The one client of this page. Always in Chinese, as every error brings its English text along: so the language can be
 * switched without asking anything again.
 */
export const client = new HzClient({ language: 'zh-CN' })

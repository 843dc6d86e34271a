import type { FastifyRequest } from 'fastify'
import type { Language } from '../contract/index.ts'

/** `?lang=`, else what Accept-Language prefers, else Chinese. */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = (request.query ?? {}) as { lang?: unknown }
  if (lang === 'en' || lang === 'zh-CN') return lang
  const preferred = (request.headers['accept-language'] ?? '')
    .split(',')
    // No two stars side by side: the header is a stranger's, and backtracking must not take long.
    .map((item) => /^(en|zh)(?:-[\w-]+)?(?:\s*;\s*q=([\d.]+))?$/i.exec(item.trim()))
    .filter((match) => match !== null)
    .map(([, language = '', quality = '1']) => ({ language: language.toLowerCase(), quality: Number(quality) }))
    .sort((a, b) => b.quality - a.quality)[0]
  return preferred?.language === 'en' ? 'en' : 'zh-CN'
}

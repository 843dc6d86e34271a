import type { FastifyRequest } from 'fastify'
import type { Language } from '../contract/index.ts'

/** `?lang=`, else what Accept-Language prefers, else Chinese. */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = (request.query ?? {}) as { lang?: unknown }
  if (lang === 'en' || lang === 'zh-CN') return lang
  const preferred = (request.headers['accept-language'] ?? '')
    .split(',')
    .map((item) => /^\s*(en|zh)(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+))?\s*$/i.exec(item))
    .filter((match) => match !== null)
    .map(([, language = '', quality = '1']) => ({ language: language.toLowerCase(), quality: Number(quality) }))
    .sort((a, b) => b.quality - a.quality)[0]
  return preferred?.language === 'en' ? 'en' : 'zh-CN'
}

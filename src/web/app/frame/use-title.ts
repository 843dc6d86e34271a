import { useEffect } from 'react'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

/** What tab and history call the page. */
export function useTitle(title: string): void {
  const { product } = useTexts(texts)
  useEffect(() => {
    document.title = `${title} · ${product}`
  }, [title, product])
}

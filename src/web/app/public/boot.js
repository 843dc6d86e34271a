// Before the first paint: the language and theme that were chosen last, so that neither jumps.
{
  const read = (key) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null // Storage may be switched off.
    }
  }
  const theme = read('hz.theme')
  const isDark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  document.documentElement.lang = read('hz.language') === 'en' ? 'en' : 'zh-CN'
}

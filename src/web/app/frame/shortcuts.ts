import { useEffect, useRef, useSyncExternalStore } from 'react'

/** A key that does something on the page that is open. */
export interface Shortcut {
  /**
   * As KeyboardEvent.key has it; `Mod+` is Ctrl or ⌘, `Shift+` and `Alt+` only where the key itself does not say it. More
   * than one: `Mod+Alt+Shift+`, in this order.
   */
  key: string
  text: string
  /** Left out: the browser does it by itself, and the help says so. */
  run?: (event: KeyboardEvent) => void
  /** Where the key means this only at times; else, it goes on to whatever else it means. */
  when?: () => boolean
}

interface Group {
  title: string
  shortcuts: readonly Shortcut[]
}

// What is registered is what the help shows: neither can be true without the other.
let groups: readonly { current: Group }[] = []
const listeners = new Set<() => void>()

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || isTyping(event) || document.querySelector('[role=dialog][aria-modal=true]')) return
  if (isOfControl(event)) return
  const name = nameOf(event).toLowerCase()
  for (const { current } of groups.toReversed()) {
    const found = current.shortcuts.find(({ key, when }) => key.toLowerCase() === name && (when?.() ?? true))
    if (found === undefined) continue
    if (found.run === undefined) return
    event.preventDefault()
    return found.run(event)
  }
})

/** Keys of a page, for as long as it is open. Later ones win over earlier ones. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const group = useRef<Group>({ title, shortcuts })
  group.current = { title, shortcuts }
  useEffect(() => {
    setGroups([...groups, group])
    return () => setGroups(groups.filter((other) => other !== group))
  }, [])
}

export function useShortcutGroups(): readonly Group[] {
  return useSyncExternalStore(subscribe, () => groups).map(({ current }) => current)
}

function setGroups(next: typeof groups): void {
  groups = next
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? 'Mod+' : ''
  const alt = event.altKey && event.key.length > 1 ? 'Alt+' : ''
  const shift = event.shiftKey && event.key.length > 1 ? 'Shift+' : ''
  const shiftedMod = event.shiftKey && mod !== '' && event.key.length === 1 ? 'Shift+' : ''
  return `${mod}${alt}${shift}${shiftedMod}${event.key}`
}

/** Enter and space are what buttons and links are pressed by. */
function isOfControl({ key, target, ctrlKey, metaKey }: KeyboardEvent): boolean {
  const isPressed = (key === 'Enter' || key === ' ') && !ctrlKey && !metaKey
  return isPressed && target instanceof Element && target.closest('a, button, summary, input, [role=button]') !== null
}

function isTyping({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}

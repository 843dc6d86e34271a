import { Modal } from 'antd'
import { useTexts } from '../language/texts.ts'
import { type Shortcut, useShortcutGroups } from './shortcuts.ts'
import { texts } from './texts.ts'
import './help-dialog.css'

/** What keys do here and now. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts)
  const groups = useShortcutGroups()
  return (
    <Modal open onCancel={onClose} footer={null} title={t.help}>
      {groups.map(({ title, shortcuts }) => (
        <section key={title} className="help-group">
          <h3>{title}</h3>
          <dl>
            {keysByText(shortcuts).map(([text, keys]) => (
              <div key={text}>
                {keys.map((key) => (
                  <dt key={key}>
                    {key.split(/\+(?=.)/).map((part) => (
                      <kbd key={part}>{keyName(part)}</kbd>
                    ))}
                  </dt>
                ))}
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  )
}

/** Keys that do the same share a line. */
function keysByText(shortcuts: readonly Shortcut[]): Array<[string, string[]]> {
  const lines = new Map<string, string[]>()
  for (const { key, text } of shortcuts) lines.set(text, [...(lines.get(text) ?? []), key])
  return [...lines]
}

const isApple = /Mac|iPhone|iPad/.test(navigator.platform)
const names: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  Mod: isApple ? '⌘' : 'Ctrl',
  ' ': 'Space',
}

function keyName(key: string): string {
  return names[key] ?? (key.length === 1 ? key.toUpperCase() : key)
}

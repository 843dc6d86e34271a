import { Input, type InputRef, Modal } from 'antd'
import { type KeyboardEvent, type Ref, useEffect, useMemo, useRef, useState } from 'react'
import type { SignClass } from '../../../contract/index.ts'
import { searchClasses } from '../filters/search-classes.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { texts } from './texts.ts'
import { useFocusBack } from './use-focus-back.ts'

interface Props {
  classes: readonly SignClass[]
  recent: readonly SignClass[]
  /** What the sign is called now; null for a new one. */
  presentCode: string | null
  onPick: (signClass: SignClass) => void
  onClose: () => void
}

/** What a sign says, to be searched by code or name in either language. It comes and goes at once: hands are fast here. */
export function ClassPicker(props: Props) {
  const t = useTexts(texts)
  const field = useRef<InputRef>(null)
  useFocusBack()
  return (
    <Modal
      open
      afterOpenChange={() => field.current?.focus()}
      title={props.presentCode === null ? t.pickForNew : t.pick}
      footer={null}
      transitionName=""
      maskTransitionName=""
      onCancel={props.onClose}
      className="class-picker"
    >
      <Search {...props} field={field} />
    </Modal>
  )
}

function Search({ classes, recent, presentCode, onPick, field }: Props & { field: Ref<InputRef> }) {
  const t = useTexts(texts)
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = useMemo(() => offered(classes, recent, text), [classes, recent, text])
  const active = found[Math.min(at, found.length - 1)]
  const onKeyDown = (event: KeyboardEvent) => {
    const digit = event.altKey ? Number(/^Digit([1-9])$/.exec(event.code)?.[1] ?? 0) : 0
    const byDigit = recent[digit - 1]
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (event.key === 'Enter' && active !== undefined && !event.nativeEvent.isComposing) onPick(active)
    else if (byDigit !== undefined) onPick(byDigit)
    else return
    event.preventDefault()
  }
  return (
    <>
      <Input
        ref={field}
        value={text}
        placeholder={t.pickHint}
        role="combobox"
        aria-label={t.pickHint}
        aria-expanded
        aria-controls="class-options"
        aria-activedescendant={active === undefined ? undefined : `class-${active.class_code}`}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div className="class-options" id="class-options" role="listbox" aria-label={t.classes}>
        {found.map((signClass, index) => (
          <Option
            key={signClass.class_code}
            {...{ signClass, onPick }}
            digit={text === '' && index < recent.length ? index + 1 : null}
            isActive={signClass === active}
            isPresent={signClass.class_code === presentCode}
          />
        ))}
      </div>
      {found.length === 0 ? <p className="muted">{t.noClass}</p> : null}
    </>
  )
}

/** What was used last comes first, as long as nothing is searched for. */
function offered(classes: readonly SignClass[], recent: readonly SignClass[], text: string): SignClass[] {
  const found = searchClasses(classes, text)
  if (text.trim() !== '') return found
  return [...recent, ...found.filter((signClass) => !recent.includes(signClass))]
}

interface OptionProps {
  signClass: SignClass
  digit: number | null
  isActive: boolean
  isPresent: boolean
  onPick: (signClass: SignClass) => void
}

function Option({ signClass, digit, isActive, isPresent, onPick }: OptionProps) {
  const t = useTexts(texts)
  const nameOf = useSignName()
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search field's, which keeps the focus
    <div
      ref={element}
      id={`class-${signClass.class_code}`}
      className="class-option"
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      data-category={signClass.category}
      onClick={() => onPick(signClass)}
    >
      <span className="category-dot" />
      <span className="class-option-name">{nameOf(signClass)}</span>
      {isPresent ? <span className="muted">{t.present}</span> : null}
      {digit === null ? null : <kbd>Alt+{digit}</kbd>}
      <code className="muted">{signClass.class_code}</code>
    </div>
  )
}

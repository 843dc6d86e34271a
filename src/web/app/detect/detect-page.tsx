import { App } from 'antd'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { BatchBar } from './batch-bar.tsx'
import { DetectCard } from './detect-card.tsx'
import './detect.css'
import { DropZone } from './drop-zone.tsx'
import type { Chosen } from './files-of-drop.ts'
import { OptionsForm } from './options-form.tsx'
import { Spoken } from './spoken.tsx'
import { storedOptions, storeOptions } from './stored-options.ts'
import { texts } from './texts.ts'
import { batch, useCards } from './use-batch.ts'

const ResultDialog = lazy(async () => ({ default: (await import('./result-dialog.tsx')).ResultDialog }))

/** Photos and videos go in, and are watched until their signs come out. */
export function DetectPage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const { message } = App.useApp()
  const cards = useCards()
  const [options, setOptions] = useState(storedOptions)
  const [shownFrom, setShownFrom] = useState(0)
  const [hasBoxes, setHasBoxes] = useState(true)
  const [openKey, setOpenKey] = useState<string | null>(null)

  const add = useCallback(
    ({ files, ignored }: Chosen) => {
      if (files.length === 0 && ignored > 0) void message.warning(t.nothing)
      else if (ignored > 0) void message.info(t.ignored(ignored))
      batch.add(files, options)
    },
    [message, options, t],
  )
  usePaste(add)
  useEffect(() => batch.restore(), [])
  useShortcuts(t.title, [{ key: 'b', text: t.boxes, run: () => setHasBoxes((has) => !has) }])

  const finished = useMemo(
    () => cards.filter(({ phase, video }) => phase.kind === 'success' && video === null),
    [cards],
  )
  const open = useCallback((key: string) => setOpenKey(key), [])
  return (
    <div className="page detect">
      <h1 className="visually-hidden">{t.title}</h1>
      <section className="panel detect-new" aria-label={t.title}>
        <DropZone onChosen={add} />
        <OptionsForm
          options={options}
          onChange={(next) => {
            setOptions(next)
            storeOptions(next)
          }}
        />
      </section>
      {cards.length === 0 ? (
        <div className="detect-empty muted">
          <h2>{t.empty}</h2>
          <p>{t.emptyHelp}</p>
        </div>
      ) : (
        <>
          <BatchBar {...{ cards, shownFrom, hasBoxes }} onShownFrom={setShownFrom} onHasBoxes={setHasBoxes} />
          <ol className="detect-cards" aria-label={t.cards}>
            {cards.map((card) => (
              <DetectCard key={card.key} {...{ card, shownFrom, hasBoxes }} onOpen={open} />
            ))}
          </ol>
        </>
      )}
      {openKey === null ? null : (
        <Suspense>
          <ResultDialog
            {...{ shownFrom, hasBoxes, openKey }}
            cards={finished}
            onHasBoxes={setHasBoxes}
            onOpen={setOpenKey}
          />
        </Suspense>
      )}
      <Spoken cards={cards} />
    </div>
  )
}

/** A picture in the clipboard is as good as a file. */
function usePaste(onChosen: (chosen: Chosen) => void): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length === 0) return
      event.preventDefault()
      onChosen({ files, ignored: 0 })
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [onChosen])
}

import { CameraOutlined, FolderOpenOutlined, PictureOutlined, VideoCameraOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { type ChangeEvent, type DragEvent, type InputHTMLAttributes, type ReactNode, useRef, useState } from 'react'
import { useTexts } from '../language/texts.ts'
import { ACCEPT, type Chosen, chosenByDrop, chosenFromFolder } from './files-of-drop.ts'
import { texts } from './texts.ts'

/** Takes photos, videos and folders by drop, choice and camera. */
export function DropZone({ onChosen }: { onChosen: (chosen: Chosen) => void }) {
  const t = useTexts(texts)
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void chosenByDrop(event.dataTransfer).then(onChosen)
  }
  const over = (event: DragEvent) => {
    event.preventDefault()
    setOver(true)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whoever cannot drop uses the buttons in it
    <div
      className="drop-zone"
      data-over={isOver || undefined}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p className="drop-zone-title mouse-only">{isOver ? t.dropNow : t.drop}</p>
      <p className="drop-zone-title touch-only">{t.dropByTouch}</p>
      <p className="muted mouse-only">{t.dropHelp}</p>
      <div className="row">
        <FileButton
          text={t.choose}
          icon={<PictureOutlined />}
          isPrimary
          input={{ accept: `${ACCEPT.pictures},${ACCEPT.videos}`, multiple: true, name: 'files' }}
          onFiles={(files) => onChosen({ files, ignored: 0 })}
        />
        <FileButton
          text={t.chooseFolder}
          icon={<FolderOpenOutlined />}
          className="mouse-only"
          input={{ webkitdirectory: '', multiple: true, name: 'folder' } as InputHTMLAttributes<HTMLInputElement>}
          onFiles={(files) => onChosen(chosenFromFolder(files))}
        />
        <FileButton
          text={t.photograph}
          icon={<CameraOutlined />}
          className="touch-only"
          input={{ accept: 'image/*', capture: 'environment', name: 'camera' }}
          onFiles={(files) => onChosen({ files, ignored: 0 })}
        />
        <FileButton
          text={t.film}
          icon={<VideoCameraOutlined />}
          className="touch-only"
          input={{ accept: 'video/*', capture: 'environment', name: 'film' }}
          onFiles={(files) => onChosen({ files, ignored: 0 })}
        />
      </div>
    </div>
  )
}

interface FileButtonProps {
  text: string
  icon: ReactNode
  isPrimary?: boolean
  className?: string
  input: InputHTMLAttributes<HTMLInputElement>
  onFiles: (files: File[]) => void
}

function FileButton({ text, icon, isPrimary = false, className = '', input, onFiles }: FileButtonProps) {
  const field = useRef<HTMLInputElement>(null)
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(target.files ?? [])])
    target.value = '' // the same file can be chosen again
  }
  return (
    <>
      <Button
        className={className}
        type={isPrimary ? 'primary' : 'default'}
        size="large"
        icon={icon}
        onClick={() => field.current?.click()}
      >
        {text}
      </Button>
      <input ref={field} type="file" hidden {...input} onChange={change} aria-label={text} />
    </>
  )
}

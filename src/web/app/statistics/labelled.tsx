import { type ReactNode, useId } from 'react'

/** A control under its name; the control takes the id. */
export function Labelled({ text, children }: { text: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="labelled">
      <label htmlFor={id}>{text}</label>
      {children(id)}
    </div>
  )
}

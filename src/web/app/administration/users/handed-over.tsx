import { Alert } from 'antd'
import { SecretField } from '../../account/secret-field.tsx'
import { useTexts } from '../../language/texts.ts'
import { texts } from './texts.ts'
import './users.css'

/** A password that somebody is to be given, shown this once. */
export function HandedOver({ title, username, password }: { title: string; username: string; password: string }) {
  const t = useTexts(texts)
  return (
    <div className="handed-over">
      <Alert type="success" showIcon title={title} description={t.handOver(username)} />
      <SecretField label={t.password} value={password} />
    </div>
  )
}

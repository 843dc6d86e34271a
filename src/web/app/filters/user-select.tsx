import { InputNumber, Select } from 'antd'
import { useUsers } from '../server/users.ts'

interface Props {
  id: string
  /** 0: the local user. */
  value: number | undefined
  /** Administrators know who there is; others give a number. */
  isByName: boolean
  texts: { any: string; number: string; localUser: string }
  onChange: (userId: number | undefined) => void
}

/** Whose records, for those who see others'. */
export function UserSelect({ id, value, isByName, texts, onChange }: Props) {
  const users = useUsers()
  if (!isByName) {
    return (
      <InputNumber
        id={id}
        min={0}
        max={2147483647}
        precision={0}
        placeholder={texts.number}
        value={value ?? null}
        changeOnWheel={false}
        onChange={(userId) => onChange(userId ?? undefined)}
      />
    )
  }
  const options = users.map(({ user_id, username, display_name }) => ({
    value: user_id ?? 0,
    label: user_id === null ? texts.localUser : display_name || username,
    words: `${username} ${display_name}`,
  }))
  const hasLocal = options.some(({ value }) => value === 0)
  return (
    <Select
      id={id}
      allowClear
      showSearch={{ optionFilterProp: 'words' }}
      placeholder={texts.any}
      value={value ?? null}
      options={hasLocal ? options : [{ value: 0, label: texts.localUser, words: texts.localUser }, ...options]}
      onChange={(userId) => onChange(userId ?? undefined)}
    />
  )
}

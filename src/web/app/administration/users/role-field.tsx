import { Form, Radio } from 'antd'
import { roleTexts } from '../../account/role-texts.ts'
import { useTexts } from '../../language/texts.ts'
import './users.css'
import { texts } from './texts.ts'

const roles = ['user', 'analyst', 'administrator'] as const

/** Each role with what it may do. */
export function RoleField({ help }: { help?: string | undefined }) {
  const t = useTexts(texts)
  const names = useTexts(roleTexts)
  return (
    <Form.Item name="role" label={t.role} extra={help}>
      <Radio.Group
        className="role-field"
        options={roles.map((role) => ({
          value: role,
          label: (
            <>
              {names[role]} <span className="muted">{names[`${role}_help`]}</span>
            </>
          ),
        }))}
      />
    </Form.Item>
  )
}

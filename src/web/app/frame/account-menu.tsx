import { GlobalOutlined, MoonOutlined, QuestionCircleOutlined, SunOutlined, UserOutlined } from '@ant-design/icons'
import { Button, Dropdown, type MenuProps, Tooltip } from 'antd'
import { Link } from 'react-router'
import { setLanguage, useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { signOut, useMe } from '../server/session.ts'
import { texts } from './texts.ts'
import { setTheme, type ThemeChoice, useIsDark, useThemeChoice } from './theme.ts'

/** Language, appearance, help and the account: what is the same on every page. */
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const isDark = useIsDark()
  const theme = useThemeChoice()
  const { name, auth } = useMe()
  const other = language === 'en' ? 'zh-CN' : 'en'
  const themes: ThemeChoice[] = ['system', 'light', 'dark']
  const themeMenu: MenuProps = {
    items: themes.map((key) => ({ key, label: t[key] })),
    selectable: true,
    selectedKeys: [theme],
    onClick: ({ key }) => setTheme(key as ThemeChoice),
  }
  const accountMenu: MenuProps = {
    items: [
      { key: 'account', label: <Link to="/account">{t.account}</Link> },
      { key: 'docs', label: <a href="/docs">{t.apiDocs}</a> },
      ...(auth === 'required' ? [{ key: 'leave', label: t.signOut, onClick: () => void signOut() }] : []),
    ],
  }
  return (
    <div className="row account-menu no-print">
      <Button
        type="text"
        icon={<GlobalOutlined />}
        lang={other}
        aria-label={other === 'en' ? 'English' : '中文'}
        onClick={() => setLanguage(other)}
        data-testid="language"
      >
        <span className="wide-only">{other === 'en' ? 'English' : '中文'}</span>
      </Button>
      <Dropdown menu={themeMenu} trigger={['click']}>
        <Button type="text" aria-label={t.theme} icon={isDark ? <MoonOutlined /> : <SunOutlined />} />
      </Dropdown>
      <Tooltip title={`${t.help}（?）`}>
        <Button
          className="wide-only"
          type="text"
          aria-label={t.help}
          icon={<QuestionCircleOutlined />}
          onClick={onHelp}
        />
      </Tooltip>
      <Dropdown menu={accountMenu} trigger={['click']}>
        <Button type="text" icon={<UserOutlined />} aria-label={`${t.account}: ${name ?? t.localUser}`}>
          <span className="wide-only">{name ?? t.localUser}</span>
        </Button>
      </Dropdown>
    </div>
  )
}

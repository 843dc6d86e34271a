import { defineTexts } from '../language/texts.ts'

/** What comes with the first load; everything else is in texts.ts. */
export const toastTexts = defineTexts(
  {
    notices: '通知',
    bell: (unread: string) => (unread === '0' ? '通知，没有未读' : `通知，${unread} 条未读`),
    reminders: '通知提醒',
    openNotices: '打开通知',
    info: '消息',
    success: '好消息',
    warning: '注意',
    error: '重要',
    details: '查看全文',
    understood: '知道了',
    acknowledge: '确认已处理',
    follow: '查看',
    followOther: (host: string) => `打开 ${host}（新窗口）`,
  },
  {
    notices: 'Notices',
    bell: (unread) => (unread === '0' ? 'Notices, none unread' : `Notices, ${unread} unread`),
    reminders: 'Notices bell',
    openNotices: 'Open notices',
    info: 'Information',
    success: 'Good news',
    warning: 'Warning',
    error: 'Important',
    details: 'Read all',
    understood: 'Got it',
    acknowledge: 'Acknowledge',
    follow: 'Have a look',
    followOther: (host) => `Open ${host} (new window)`,
  },
)

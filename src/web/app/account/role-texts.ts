import { defineTexts } from '../language/texts.ts'

/** What each role is called, and what it may do. */
export const roleTexts = defineTexts(
  {
    user: '普通用户',
    analyst: '分析员',
    administrator: '管理员',
    user_help: '上传照片，查看自己的记录',
    analyst_help: '查看、复核和导出所有人的记录',
    administrator_help: '管理用户、模型、通知和所有数据',
  },
  {
    user: 'User',
    analyst: 'Analyst',
    administrator: 'Administrator',
    user_help: 'Uploads photos and sees their own records',
    analyst_help: 'Sees, reviews and exports everybody’s records',
    administrator_help: 'Manages users, models, notices and all data',
  },
)

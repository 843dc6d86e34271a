import { defineTexts } from '../language/texts.ts'

export const texts = defineTexts(
  {
    title: '系统',
    sections: '系统管理',
    health: '运行状况',
    users: '用户',
    tokens: '接口令牌',
    models: '模型',
    cameras: '网络摄像头',
    tasks: '任务与连接',
    retention: '数据保留',
    refused: '需要管理员权限',
    refusedHelp: (name: string) => `${name} 不是管理员，不能查看或修改系统设置。如有需要，请联系管理员。`,
    back: '返回检测',
    unknownUser: (id: number) => `用户 ${id}`,
    localUser: '本机用户',
  },
  {
    title: 'System',
    sections: 'System administration',
    health: 'Health',
    users: 'Users',
    tokens: 'API tokens',
    models: 'Models',
    cameras: 'Network cameras',
    tasks: 'Tasks and connections',
    retention: 'Retention',
    refused: 'This is for administrators',
    refusedHelp: (name) =>
      `${name} is no administrator and can neither see nor change how the system is set up. Ask an administrator.`,
    back: 'Back to Detect',
    unknownUser: (id) => `User ${id}`,
    localUser: 'Local user',
  },
)

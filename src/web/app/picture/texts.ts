import { defineTexts, plural } from '../language/texts.ts'

export const texts = defineTexts(
  {
    zoomIn: '放大（+）',
    zoomOut: '缩小（-）',
    fit: '看全图（0）',
    pixels: '原始大小',
    pictureOf: (name: string, signs: number) => `${name}，${signs === 0 ? '没有标志' : `框出 ${signs} 个标志`}`,
    prohibitory: '禁令标志',
    mandatory: '指示标志',
    warning: '警告标志',
    other: '其他标志',
  },
  {
    zoomIn: 'Zoom in (+)',
    zoomOut: 'Zoom out (-)',
    fit: 'Whole picture (0)',
    pixels: 'Actual pixels',
    pictureOf: (name, signs) =>
      signs === 0 ? `${name}, no signs` : `${name}, ${plural(signs, 'sign', 'signs')} marked`,
    prohibitory: 'Prohibitory',
    mandatory: 'Mandatory',
    warning: 'Warning',
    other: 'Other',
  },
)

import { type ThemeConfig, theme } from 'antd'

/** For whoever asks the system for less motion: too short to be seen. Without any, antd puts its menus out of sight. */
const still = { motionDurationFast: '0.03s', motionDurationMid: '0.03s', motionDurationSlow: '0.03s' }
const wantsStillness = matchMedia('(prefers-reduced-motion: reduce)').matches

const light = {
  colorPrimary: '#0b57a4',
  colorInfo: '#0b57a4',
  colorInfoBg: '#e4eefa',
  colorSuccess: '#19744a',
  colorSuccessBg: '#e7f5ed',
  colorSuccessBorder: '#8fc7a8',
  colorWarning: '#8a5a00',
  colorWarningBg: '#fdf5e0',
  colorWarningBorder: '#d3a94e',
  colorError: '#b3261e',
  colorErrorBg: '#fdecea',
  colorErrorBorder: '#e5a6a1',
  colorText: '#17202b',
  colorTextSecondary: '#546070',
  colorTextDescription: '#546070',
  colorTextPlaceholder: '#667282',
  colorBgLayout: '#f3f5f8',
  colorBorder: '#8f9bab',
  colorBorderSecondary: '#d3dae2',
}

const dark = {
  colorPrimary: '#84bbf6',
  colorInfo: '#84bbf6',
  colorSuccess: '#62d29a',
  colorWarning: '#f0bd55',
  colorError: '#ff9f96',
  colorText: '#e8edf3',
  colorTextSecondary: '#a5b1bf',
  colorTextDescription: '#a5b1bf',
  colorTextPlaceholder: '#8f9bab',
  colorTextLightSolid: '#0c1a29',
  colorBgBase: '#19212b',
  colorBgLayout: '#10151c',
  colorBgContainer: '#19212b',
  colorBgElevated: '#222c38',
  colorBorder: '#66748a',
  colorBorderSecondary: '#333f4e',
}

/** The colours of style.css as antd's tokens: text on ground is at least 4.5:1, edges of controls 3:1 (WCAG 2.2, AA). */
export function antTheme(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    components: { Slider: sliderOf(isDark ? dark : light) },
    token: {
      ...(isDark ? dark : light),
      ...(wantsStillness ? still : {}),
      borderRadius: 6,
      fontFamily: 'inherit',
      fontSize: 14,
      wireframe: false,
    },
  }
}

/** antd's own are too faint to be seen as controls. */
function sliderOf({ colorPrimary, colorBorderSecondary }: typeof light | typeof dark) {
  return {
    trackBg: colorPrimary,
    trackHoverBg: colorPrimary,
    handleColor: colorPrimary,
    railBg: colorBorderSecondary,
    railHoverBg: colorBorderSecondary,
  }
}

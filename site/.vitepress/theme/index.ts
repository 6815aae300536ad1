/** VitePress's own theme in the reader's fonts, with room for wide tables. */
import DefaultTheme from 'vitepress/theme-without-fonts'
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet exports nothing
import './style.css'

export default DefaultTheme

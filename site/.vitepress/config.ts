import { defineConfig } from 'vitepress'

/** The documentation site: docs/, as it is read on GitHub. */
export default defineConfig({
  title: 'edge-issuer',
  srcDir: '../docs',
})

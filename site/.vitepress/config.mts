import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { likeGitHub, slugify } from './markdown.mts'
import { sidebar } from './navigation.mts'
import { address, pages, root, routeOf } from './repository.mts'

/** A play button. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect width="32" height="32" rx="7" fill="#3451b2"/><path d="M12 9.5v13l11-6.5z" fill="#fff"/></svg>'

export default defineConfig({
  title: 'Flink connector for KVS',
  description: 'Amazon Kinesis Video Streams as a source for Apache Flink',
  lang: 'en',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],

  srcDir: root,
  srcExclude: ['!(docs|site)/**/*', 'site/!(source)/**/*'],
  rewrites: (path) => (pages.includes(path) ? routeOf(path) : path.replace(/^site\//, '')),
  outDir: 'target/site',
  cacheDir: 'target/cache',
  // All links of pages are checked, except those to what readers run on their own machine.
  ignoreDeadLinks: 'localhostLinks',

  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify },
    toc: { slugify },
    headers: { slugify, level: [2, 3] },
    config: likeGitHub,
  },
  vite: {
    // The pages are no files of this folder, so Vue is not found from where they are.
    resolve: { alias: { vue: fileURLToPath(new URL('../node_modules/vue', import.meta.url)) } },
    server: { fs: { allow: [root] } },
  },

  themeConfig: {
    sidebar,
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: address, ariaLabel: 'The repository' }],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // A section is found if it has all words. KVS_CLIP is one.
          options: { tokenize: (text) => text.split(/[^\p{L}\p{N}_]+/u) },
          searchOptions: { combineWith: 'AND' },
        },
      },
    },
  },
})

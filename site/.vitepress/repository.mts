import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { posix, resolve } from 'node:path'

/** The root of the repository. All paths here are relative to it, with slashes. */
export const root = resolve(import.meta.dirname, '../..')

const file = (path: string) => resolve(root, path)
const isFolder = (path: string) => statSync(file(path)).isDirectory()

export const textOf = (path: string) => readFileSync(file(path), 'utf8')

/** Where the repository is, as Maven knows it. */
export const address = /<scm[^]*?<url>(.+?)<\/url>/.exec(textOf('pom.xml'))![1]

const markdownIn = (folder: string) =>
  readdirSync(file(folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join(folder, name))

/** The Markdown files that are pages of the site: those of docs/ and those at the root. */
export const pages = [...markdownIn('.'), ...markdownIn('docs')].sort()

export function titleOf(page: string): string {
  const title = /^# (.+)$/m.exec(textOf(page))
  if (!title) throw new Error(`${page} has no title: begin it with a line such as "# Title"`)
  return title[1].replaceAll('`', '')
}

/**
 * The path in the site of a file or folder of the repository. Files that are no pages are shown as they are, below
 * source/: so the links to them lead to the version that the site describes, wherever the site is.
 */
export function routeOf(path: string): string {
  if (path === 'README.md') return 'index.md'
  if (posix.dirname(path) === 'docs' && pages.includes(path)) return posix.basename(path)
  if (pages.includes(path)) return `project/${path.toLowerCase()}`
  return `source/${sourceOf(path)}.md`
}

/** The name below source/ of a file or folder that is no page. VitePress would drop a second .md from a link. */
export const sourceOf = (path: string) => path.replace(/\.md$/, '')

/** The path in the repository to which a link of a page leads, or undefined if it leads out of it. */
export function targetOf(page: string, href: string): string | undefined {
  if (/^([a-z]+:|[/#])/i.test(href)) return undefined
  return posix.join(posix.dirname(page), decodeURIComponent(href.replace(/#.*/, ''))).replace(/\/$/, '')
}

/** The files and folders to which pages link and that are no pages, and the files in these folders. */
export function linkedSources(): string[] {
  const sources = pages
    .flatMap((page) => [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href]) => targetOf(page, href)))
    .filter((path): path is string => path !== undefined && existsSync(file(path)) && !pages.includes(path))
    .filter((path) => isFolder(path) || isText(path))
  return [...new Set(sources.flatMap((path) => (isFolder(path) ? [path, ...filesIn(path)] : [path])))]
}

/** A file as a code block, or a folder as a list of the files in it. */
export function pageOf(path: string): string {
  const content = isFolder(path)
    ? filesIn(path).map((child) => `- [${posix.relative(path, child)}](/${routeOf(child)})`)
    : [`\`\`\`\`\`\`${posix.extname(path).slice(1).replace('mjs', 'js')}`, textOf(path).trimEnd(), '``````']
  return [`# ${posix.basename(path)}`, '', `\`${path}\` in the repository.`, '', ...content].join('\n')
}

const isText = (path: string) => /\.(java|json|md|mjs|properties|proto|py|sh|sql|txt|xml|ya?ml)$/.test(path)

const filesIn = (folder: string): string[] =>
  readdirSync(file(folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'target' && name !== 'node_modules')
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path) : isText(path) ? [path] : []
    })
    .sort()

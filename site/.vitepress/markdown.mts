import { posix, relative, sep } from 'node:path'
import type { MarkdownOptions } from 'vitepress'
import { root, routeOf, targetOf } from './repository.mts'

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0]

/** The anchor that GitHub gives to a heading: links to headings lead to the same place here and there. */
export function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}

/** Lets pages be what GitHub shows: links are paths in the repository, and double braces are text. */
export function likeGitHub(md: Markdown): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const page = relative(root, env.realPath ?? env.path).replaceAll(sep, posix.sep)
    for (const link of tokens.flatMap((token) => token.children ?? [])) {
      if (link.type !== 'link_open') continue
      const href = link.attrGet('href') ?? ''
      const target = targetOf(page, href)
      if (target !== undefined) link.attrSet('href', `/${routeOf(target)}${/#.*/.exec(href)?.[0] ?? ''}`)
    }
  })

  const text = md.renderer.rules.text!
  md.renderer.rules.text = (...args) => text(...args).replaceAll('{{', '&#123;&#123;')

  const fence = md.renderer.rules.fence!
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    if (tokens[index].info.trim() === 'mermaid') {
      throw new Error('A Mermaid diagram: draw it as an SVG file in docs/images instead, the site does not render Mermaid')
    }
    return fence(tokens, index, ...rest)
  }
}

// Follows every link in the site from its front page, also those to headings. Links to other sites are not followed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages, report, site } from './server.mjs'

const problems = []
const reached = new Map()
follow('index.html')
for (const [path, { links }] of reached) {
  for (const link of links) {
    if (!reached.get(link.path)?.ids.has(link.fragment)) {
      problems.push(`${path}: the link to ${link.path}${link.fragment && `#${link.fragment}`} leads nowhere`)
    }
  }
}
problems.push(...pages.filter((page) => !reached.has(page)).map((page) => `no link leads to ${page}`))
const count = [...reached.values()].reduce((sum, { links }) => sum + links.length, 0)
report(`${count} links to ${reached.size} files, ${pages.length} of them pages`, problems)

/** Reads a file and all to which it links. */
function follow(path) {
  if (reached.has(path) || !existsSync(join(site, path))) return
  const html = path.endsWith('.html') ? readFileSync(join(site, path), 'utf8') : ''
  const links = attributes(html, 'href|src')
    .map((link) => new URL(link.replaceAll('&amp;', '&'), `http://site/${path}`))
    .filter((url) => url.host === 'site')
    .map((url) => ({
      path: decodeURIComponent(url.pathname.slice(1)) || 'index.html',
      fragment: decodeURIComponent(url.hash.slice(1)),
    }))
  reached.set(path, { links, ids: new Set(['', ...attributes(html, 'id')]) })
  links.forEach((link) => follow(link.path))
}

function attributes(html, names) {
  return [...html.matchAll(new RegExp(`<[a-z][^>]*?\\s(?:${names})="([^"]*)"`, 'g'))].map(([, value]) => value)
}

// Follows every link in the site, also those to headings. Links to other sites are not followed.
import { LinkChecker } from 'linkinator'
import { pages, report, serving } from './server.mjs'

const { links, address } = await serving(async (address) => {
  const checker = new LinkChecker()
  const skip = async (link) => !link.startsWith(`${address}/`)
  const result = await checker.check({ path: `${address}/`, recurse: true, checkFragments: true, linksToSkip: skip })
  return { links: result.links, address }
})

const broken = links
  .filter((link) => link.state === 'BROKEN')
  .map((link) => `${link.parent}: the link ${link.url} leads nowhere`)
const reached = new Set(links.filter((link) => link.state === 'OK').map((link) => new URL(link.url).pathname))
const unreached = pages.filter((page) => !reached.has(`/${page}`) && page !== 'index.html')
report(
  `${reached.size} addresses, ${pages.length} of them pages`,
  [...broken.map((line) => line.replaceAll(address, '')), ...unreached.map((page) => `no link leads to ${page}`)],
)

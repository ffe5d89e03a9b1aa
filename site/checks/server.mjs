import { createReadStream, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const site = join(dirname(fileURLToPath(import.meta.url)), '../target/site')

const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
}

/** All pages of the site, except the files of the repository and the page for what does not exist. */
export const pages = readdirSync(site, { recursive: true })
  .map((path) => path.replaceAll(sep, '/'))
  .filter((path) => path.endsWith('.html') && path !== '404.html' && !path.startsWith('source/'))

/** Serves the site on a free port of this machine while an action runs, which gets the address. */
export async function serving(action) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    const file = join(site, path.endsWith('/') ? `${path}index.html` : path)
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end()
      return
    }
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await action(`http://127.0.0.1:${server.address().port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Prints what is wrong and lets the process fail, or prints what was checked. */
export function report(checked, problems) {
  problems.forEach((problem) => console.error(problem))
  if (problems.length > 0) {
    console.error(`${problems.length} problems in the site (${checked})`)
    process.exitCode = 1
  } else {
    console.log(`the site is fine: ${checked}`)
  }
}

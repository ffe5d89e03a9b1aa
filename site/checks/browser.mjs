// Looks at every page in Chromium, as on a phone and as on a desktop, and leaves pictures in target/pictures.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { pages, report, serving } from './server.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
// The search button shows its keys, too, which no one speaks.
const rules = { 'label-content-name-mismatch': { enabled: false } }
const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } }
const colorSchemes = ['light', 'dark']
const words = ['watermark', 'KVS_CLIP', '403', 'checkpoint', 'permissions']
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const problems = []
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags })
try {
  await serving(async (address) => {
    for (const [screen, viewport] of Object.entries(screens)) {
      const context = await browser.newContext({ viewport, isMobile: screen === 'phone', reducedMotion: 'reduce' })
      for (const name of pages) await look(await context.newPage(), address, name, screen)
      await context.close()
    }
    const page = await browser.newPage({ viewport: screens.desktop })
    for (const word of words) await search(page, address, word)
  })
} finally {
  await browser.close()
}
report(`${pages.length} pages on phone and desktop, light and dark; searches for ${words.join(', ')}`, problems)

/** Checks a page for errors, for a body that scrolls sideways, and for what keeps people from reading it. */
async function look(page, address, name, screen) {
  const found = (problem) => problems.push(`${name} (${screen}): ${problem}`)
  page.on('console', (message) => message.type() === 'error' && found(message.text()))
  page.on('pageerror', found)
  page.on('response', (response) => response.status() >= 400 && found(`${response.status()} for ${response.url()}`))
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme })
    if (colorScheme === colorSchemes[0]) await page.goto(`${address}/${name}`, { waitUntil: 'networkidle' })
    await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor()

    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    if (excess > 0) found(`the page is ${excess} pixels wider than the screen`)

    await page.evaluate(axe)
    const { violations } = await page.evaluate((rules) => axe.run({ rules, resultTypes: ['violations'] }), rules)
    for (const { impact, id, help, nodes } of violations) {
      if (!['serious', 'critical'].includes(impact)) continue
      found(`${id}, ${help}, ${colorScheme}, ${nodes.length} times, for example ${nodes[0].html.slice(0, 200)}`)
    }
    await page.screenshot({ path: `target/pictures/${name.replace('.html', '')}-${screen}-${colorScheme}.png` })
  }
  await page.close()
}

/** A word must lead from the search box to a page that has it. */
async function search(page, address, word) {
  await page.goto(`${address}/`, { waitUntil: 'networkidle' })
  await page.keyboard.press('Control+k')
  await page.fill('.VPLocalSearchBox input', word)
  try {
    await page.locator('.VPLocalSearchBox .result').first().click()
    await page.waitForURL((url) => url.pathname !== '/')
    await page.locator('.vp-doc', { hasText: word }).waitFor()
  } catch (error) {
    problems.push(`search for "${word}" led to ${page.url()}: ${error.message.split('\n')[0]}`)
  }
}

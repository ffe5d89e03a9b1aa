import { pages, routeOf, titleOf } from './repository.mts'

/** The pages by what a reader wants to do. An entry bears the title of its page. */
const groups = [
  { text: 'Start', pages: ['README.md', 'docs/examples.md'] },
  {
    text: 'Use',
    pages: [
      'docs/datastream.md',
      'docs/sql.md',
      'docs/sql-functions.md',
      'docs/history.md',
      'docs/pictures.md',
      'docs/sound.md',
      'docs/clips.md',
      'docs/files.md',
      'docs/media.md',
      'docs/testing.md',
      'docs/migration.md',
    ],
  },
  {
    text: 'Operate',
    pages: [
      'docs/configuration.md',
      'docs/managed-flink.md',
      'docs/containers.md',
      'docs/monitoring.md',
      'docs/errors.md',
      'docs/benchmarks.md',
    ],
  },
  {
    text: 'Understand',
    pages: [
      'docs/architecture.md',
      'docs/internals.md',
      'CONTRIBUTING.md',
      'docs/release.md',
      'SECURITY.md',
      'CHANGELOG.md',
    ],
  },
]

const listed = groups.flatMap((group) => group.pages)
const forgotten = pages.filter((page) => !listed.includes(page))
const gone = listed.filter((page) => !pages.includes(page))
if (forgotten.length + gone.length > 0) {
  throw new Error(
    'site/.vitepress/navigation.mts must list every page once.' +
      ` Missing there: ${forgotten.join(', ') || 'none'}. Listed, but not in the repository: ${gone.join(', ') || 'none'}.`,
  )
}

export const sidebar = groups.map((group) => ({
  text: group.text,
  items: group.pages.map((page) => ({
    text: page === 'README.md' ? 'Overview' : titleOf(page),
    link: `/${routeOf(page)}`,
  })),
}))

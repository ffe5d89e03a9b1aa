import { pages, routeOf, titleOf } from './repository.mts'

/** The pages by what a reader wants to do. An entry bears the title of its page. */
const groups = [
  {
    text: 'Start',
    pages: [
      'README.md',
      'docs/five-minutes.md',
      'docs/know-flink.md',
      'docs/know-kvs.md',
      'docs/examples.md',
    ],
  },
  {
    text: 'Read',
    pages: [
      'docs/datastream.md',
      'docs/history.md',
      'docs/sql.md',
      'docs/sql-functions.md',
      'docs/python.md',
    ],
  },
  {
    text: 'Media',
    pages: [
      'docs/media.md',
      'docs/pictures.md',
      'docs/sound.md',
      'docs/clips.md',
      'docs/files.md',
    ],
  },
  {
    text: 'Test and change over',
    pages: [
      'docs/testing.md',
      'docs/migration.md',
      'docs/replacing.md',
    ],
  },
  {
    text: 'Run',
    pages: [
      'docs/configuration.md',
      'docs/managed-flink.md',
      'docs/containers.md',
      'docs/tuning.md',
      'docs/security.md',
      'docs/monitoring.md',
    ],
  },
  {
    text: 'Find out',
    pages: [
      'docs/guarantees.md',
      'docs/reliability.md',
      'docs/unconfirmed.md',
      'docs/errors.md',
      'docs/troubleshooting.md',
      'docs/compatibility.md',
      'docs/benchmarks.md',
      'CHANGELOG.md',
    ],
  },
  {
    text: 'Contribute',
    pages: [
      'CONTRIBUTING.md',
      'docs/architecture.md',
      'docs/internals.md',
      'docs/release.md',
      'SECURITY.md',
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

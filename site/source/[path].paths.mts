import { linkedSources, pageOf, sourceOf } from '../.vitepress/repository.mts'

export default {
  paths: () => linkedSources().map((path) => ({ params: { path: sourceOf(path) }, content: pageOf(path) })),
}

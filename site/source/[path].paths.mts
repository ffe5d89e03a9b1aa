import { linkedSources, pageOf } from '../.vitepress/repository.mts'

export default {
  paths: () => linkedSources().map((path) => ({ params: { path }, content: pageOf(path) })),
}

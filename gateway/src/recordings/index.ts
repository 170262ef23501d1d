export { looksLike } from './media-names.js';
export { MediaShelf, namesIn } from './media-shelf.js';
export { type HeldMedia, Recordings } from './recordings.js';

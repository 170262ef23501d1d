export { MediaShelf } from './media-shelf.js';
export { type HeldMedia, Recordings } from './recordings.js';

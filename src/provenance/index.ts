export { judgeOrigin, type Lookups } from './judge-origin.ts';
export { createOrigins, type Origins } from './origins.ts';
export { readListing } from './read-listing.ts';

/** Written by `make web-postcodes`. */
export const POSTCODES = '/assets/postcodes-2026.10.0';

/** The colours of every page, by day and night. Nothing is loaded from elsewhere. */
export const pageColours = `
  :root { color-scheme: light dark; --faint: color-mix(in srgb, currentColor 14%, transparent); --soft: color-mix(in srgb, currentColor 62%, transparent);
    --good: light-dark(#1a7f37, #4ac26b); --bad: light-dark(#c62828, #ff7b72); --doubt: light-dark(#9a6700, #d4a72c); }`;

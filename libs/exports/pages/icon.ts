import { createHash } from 'node:crypto';

/** The icon of the site for tabs and bookmarks: a shop window. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b4f8a"/><path d="M7 8h18v16H7zM16 8v16M7 16h18" fill="none" stroke="#fff" stroke-width="2.5"/></svg>';

export const iconName = `icon.${createHash('sha256').update(icon).digest('hex').slice(0, 12)}.svg`;

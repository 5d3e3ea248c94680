const style =
  'body{font:1.125rem/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}a{color:#0b4f8a}li{margin:.4rem 0}code{overflow-wrap:anywhere}h2{margin-top:2.5rem}h3{margin:1.8rem 0 .2rem;font-size:1.125rem}p{margin:.4rem 0}summary{cursor:pointer}th{text-align:left}th,td{padding:.1rem 1rem .1rem 0;vertical-align:top}td.n{text-align:right}pre{overflow-x:auto}label{display:block;margin:.6rem 0}input,select,button{font:inherit;max-width:100%;padding:.2rem .4rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#16161a}a{color:#8cc4ff}}';

/** A whole page, small and without scripts. `body` is HTML. */
export function page(language: string, heading: string, title: string, body: string): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${toHtml(title)}</title><style>${style}</style></head><body><main><h1>${toHtml(heading)}</h1>${body}</main></body></html>`;
}

export function toHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

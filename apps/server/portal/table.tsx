import type { ComponentChildren } from 'preact';

/** A column of a table: its heading, and whether it has numbers. */
export type Column = { title: string; isNumber?: boolean };

/** A table whose first column names each row. */
export function Table({ columns, rows, caption }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="scroll" aria-label={caption} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th scope="col" class={isNumber ? 'n' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...cells]) => (
            <tr>
              <th scope="row">{first}</th>
              {cells.map((cell, i) => (
                <td class={columns[i + 1]!.isNumber ? 'n' : undefined}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
type TableProps = { columns: Column[]; rows: ComponentChildren[][]; caption: string };

/** A link to what comes next in a list. */
export function Further({ href, text }: { href: string | undefined; text: string }) {
  if (href === undefined) return null;
  return (
    <p>
      <a class="button" rel="next" href={href}>
        {text}
      </a>
    </p>
  );
}

/** The query of an address, with the values that are given. */
export function queryOf(values: { [name: string]: string | undefined }): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

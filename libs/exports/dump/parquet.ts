import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Cell } from '../csv.js';
import type { Column, ColumnType } from '../tables/column.js';
import { OutFile, type Written } from './file.js';

/** Rows per row group: more of them make a smaller file but take more memory. */
const rowsInGroup = 10_000;

const types: { [type in ColumnType]: Omit<SchemaElement, 'name'> } = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  datetime: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  // Declared as JSON only at the end, see below.
  object: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'JSON' } },
  array: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'JSON' } },
};

/** Writes a table as Apache Parquet: typed, compressed with Snappy, one row group at a time. Every column may be empty (null). */
export async function writeParquet<T>(
  path: string,
  columns: Pick<Column<T>, 'name' | 'type'>[],
  pages: AsyncIterable<Cell[][]>,
): Promise<Written> {
  const file = new OutFile(path);
  try {
    const bytes = new ByteWriter();
    // Writes the buffer to the file after each group; the writer's offsets keep counting.
    const flush = async () => {
      const chunk = Buffer.from(bytes.buffer.slice(0, bytes.index));
      bytes.index = 0;
      await file.write(chunk);
    };
    const fields: SchemaElement[] = columns.map(({ name, type }) => ({
      name,
      repetition_type: 'OPTIONAL',
      ...types[type],
    }));
    const writer = new ParquetWriter({
      writer: bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...fields],
      createdBy: 'vitrine',
    });
    let group: Cell[][] = [];
    const writeGroup = async () => {
      const rows = group;
      group = [];
      await writer.write({
        columnData: columns.map(({ name, type }, i) => ({
          name,
          data: rows.map((row) => toValue(row[i], type)),
          statistics: !isJson(type),
        })),
        rowGroupSize: rowsInGroup,
      });
      await flush();
    };
    for await (const page of pages) {
      group.push(...page);
      if (group.length >= rowsInGroup) await writeGroup();
    }
    if (group.length > 0) await writeGroup();
    // The writer would parse and serialise columns that are declared as JSON. So they are declared at the end, before the footer is written.
    for (const [i, { type }] of columns.entries()) if (isJson(type)) fields[i]!.converted_type = 'JSON';
    writer.finish();
    await flush();
    return await file.end();
  } catch (error) {
    file.destroy();
    throw error;
  }
}

const isJson = (type: ColumnType) => type === 'object' || type === 'array';

function toValue(cell: Cell, type: ColumnType): unknown {
  if (cell === null || cell === undefined || cell === '') return undefined;
  switch (type) {
    case 'integer':
      return BigInt(cell as number);
    case 'date':
    case 'datetime':
      return new Date(String(cell));
    case 'object':
    case 'array':
      return Buffer.from(String(cell));
    case 'boolean':
      return cell;
    default:
      return String(cell);
  }
}

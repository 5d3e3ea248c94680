import { expect, test } from '@jest/globals';
import { Refusal } from '#domain';
import { readCsv } from './csv.js';

const problemOf = (text: string): string => {
  try {
    readCsv(Buffer.from(text), { isColumn: () => true } as never);
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  return 'none';
};

// A person looks for the place in a spreadsheet or an editor, where lines and cells are counted from 1.
test.each([
  ['a,b\n1,2\n3,x"y\n', /^Line 3, cell 2: a quotation mark within a cell/],
  ['a,b\n1,2\n"3"x,4\n', /^Line 3, cell 1: something follows a closing quotation mark/],
  ['a,b\n1,2\n3,"4\n5,6\n', /^Line 3, cell 2: a quotation mark is opened and never closed/],
  ['a,b\n1,2\n"3,4\n5,6\n', /^Line 3, cell 1: a quotation mark is opened and never closed/],
  ['a,b\n"1\n1",2\n3,x"y\n', /^Line 4, cell 2: a quotation mark within a cell/],
])('%j: the line and the cell at fault are named', (text, problem) => {
  expect(problemOf(text)).toMatch(problem);
});

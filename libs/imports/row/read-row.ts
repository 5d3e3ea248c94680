import type { Code, EventData } from '#domain';
import type { StatusWords } from '#standards';
import type { Description } from '../changes.js';

export type Assessment = EventData['AssessmentRecorded'];
export type Language = Code<'language'>;
export type Status = StatusWords[string];

/**
 * One row of a table in the register's fields. `remarks`: what a person should check, such as what went into the notes. `faults`: why the
 * row cannot be taken. `columns`: the columns that each field of the register came from.
 */
export type ReadRow = {
  set: Description;
  contact: NonNullable<EventData['SystemRegistered']['contact']>;
  status?: Status;
  organisation?: string;
  language: Language;
  assessments: Assessment[];
  risk?: { class: Code<'risk-class'>; word: string };
  identifiers: string[];
  remarks: { field: string; problem: string }[];
  faults: { field: string; problem: string }[];
  columns: Map<string, string[]>;
};

/** Puts a text into the notes, under its column; `problem`: what the report says about it. */
export type Note = (column: string, text: string, problem?: string) => void;

/** A row, and where it is in the source. */
export type Row = { line: string; row: ReadRow };

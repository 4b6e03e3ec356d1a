// Inspections as a table of 80 columns, or as many as the terminal has if it has more.

import type { InspectArguments } from './arguments';
import type { Dissection } from './dissection';
import { escaped, escapedBytes } from './escapes';
import type { Place } from './input/records';
import type { Inspection, ListedUserRecord } from './inspection';
import type { Output } from './output';
import { type Column, cut, headOf, rowOf, short, wrapped } from './table';
import { textOf } from './user-record';

const COLUMNS: readonly Column[] = [
  { heading: 'record', width: 6, isNumber: true },
  { heading: 'sequence\nnumber', width: 11 },
  { heading: 'bytes', width: 8, isNumber: true },
  { heading: 'user\nrecords', width: 7, isNumber: true },
  { heading: 'keys', width: 5, isNumber: true },
  { heading: 'hash\nkeys', width: 5, isNumber: true },
  { heading: 'MD5', width: 5 },
];
const INDENT = ' '.repeat(7);
/** Of a broken record, so many user records are listed unasked. */
const MOST_UNASKED = 10;
/** As many bytes of data as fill a line. */
const MOST_BYTES_SHOWN = 1024;
const KEY_WIDTH = 14;

export class Report {
  readonly #output: Output;
  readonly #args: InspectArguments;
  readonly #columns: readonly Column[];
  #hasHead = false;
  #input: string | undefined;
  #records = 0;
  #userRecords = 0;
  #broken = 0;
  #dropped = 0;
  #unreadable = 0;

  constructor(args: InspectArguments, output: Output) {
    this.#args = args;
    this.#output = output;
    const used = COLUMNS.reduce((sum, { width }) => sum + width + 1, 0);
    this.#columns = [...COLUMNS, { heading: 'what a KCL does', width: output.columns - used }];
  }

  count({ userRecords, decodeError, wrapping, kcl }: Inspection): void {
    this.#records++;
    if (decodeError !== undefined || wrapping !== undefined) this.#broken++;
    else this.#userRecords += userRecords;
    if (kcl.lost > 0) this.#dropped++;
  }

  countUnreadable(): void {
    this.#unreadable++;
  }

  async inspected(place: Place, found: Inspection): Promise<void> {
    const { sequenceNumber, bytes, userRecords, partitionKeys, hashKeys, checksum, kcl, dissection, nested } = found;
    await this.#row(place, [
      escaped(sequenceNumber),
      String(bytes),
      // What can be read of a broken record is no count of what was in it.
      dissection ? `${userRecords}?` : String(userRecords),
      String(partitionKeys),
      String(hashKeys),
      checksum ?? '-',
      kcl.says,
    ]);
    if (nested > 0 && !dissection) {
      await this.#indented(
        `${nested} of its user records ${nested === 1 ? 'is an aggregate itself' : 'are aggregates themselves'}, which no consumer takes apart`,
      );
    }
    if (dissection) await this.#dissected(found, dissection);
    if (dissection || this.#args.listsUserRecords) await this.#list(found);
  }

  async unreadable(place: Place, message: string): Promise<void> {
    await this.#row(place, ['', '', '', '', '', '', `unreadable (line ${place.line}): ${escaped(message)}`]);
  }

  async sum(): Promise<void> {
    const parts = [
      counted(this.#records, 'Kinesis record'),
      counted(this.#userRecords, 'user record'),
      `${this.#broken} broken`,
      `${this.#dropped} dropped by a KCL`,
      ...(this.#unreadable > 0 ? [`${this.#unreadable} unreadable`] : []),
    ];
    await this.#output.line(parts.join(', '));
  }

  async #row({ input, record }: Place, cells: string[]): Promise<void> {
    if (input !== this.#input && (this.#input !== undefined || input !== 'stdin'))
      await this.#output.line(`${escaped(input)}:`);
    this.#input = input;
    if (!this.#hasHead) await this.#output.line(headOf(this.#columns));
    this.#hasHead = true;
    const [sequenceNumber = '', ...rest] = cells;
    await this.#output.line(rowOf(this.#columns, [String(record), short(sequenceNumber, 11), ...rest]));
  }

  async #dissected({ decodeError }: Inspection, found: Dissection): Promise<void> {
    const { damage, messageEnd, stop, written, computed, partitionKeys, explicitHashKeys } = found;
    const rows: [string, string][] = [
      [String(decodeError), escaped(damage.says)],
      ['magic number', 'right, bytes 0 to 3'],
      [
        'message',
        stop === undefined
          ? `bytes 4 to ${messageEnd - 1}, can be read to its end`
          : `can be read up to byte ${stop.offset}${stop.userRecord === undefined ? '' : `, in user record ${stop.userRecord}`}: ${stop.reason}`,
      ],
      ['MD5 written', `${written}, from byte ${messageEnd} on`],
      ['MD5 computed', computed],
      ['partition keys', tableOf(partitionKeys)],
      ['explicit hash keys', tableOf(explicitHashKeys)],
    ];
    const width = 18;
    for (const [name, text] of rows) {
      const columns = [
        { heading: '', width },
        { heading: '', width: this.#output.columns - INDENT.length - width - 1 },
      ];
      await this.#output.line(rowOf(columns, [name, text], INDENT));
    }
  }

  async #list(found: Inspection): Promise<void> {
    const { dissection, userRecords } = found;
    if (userRecords === 0) return;
    const columns: Column[] = [
      { heading: 'user\nrecord', width: 7, isNumber: true },
      ...(dissection ? [{ heading: 'at byte', width: 8, isNumber: true }] : []),
      { heading: 'partition\nkey', width: KEY_WIDTH },
      { heading: 'hash key', width: KEY_WIDTH },
      { heading: 'bytes', width: 8, isNumber: true },
    ];
    const used = INDENT.length + columns.reduce((sum, { width }) => sum + width + 1, 0);
    columns.push({ heading: this.#args.showsData ? 'data' : '', width: this.#output.columns - used });
    await this.#output.line(headOf(columns, INDENT));
    let count = 0;
    for (const one of found.list()) {
      if (count === MOST_UNASKED && !this.#args.listsUserRecords) {
        await this.#indented(`and ${userRecords - count} more: --user-records lists them`);
        return;
      }
      await this.#output.line(rowOf(columns, this.#cellsOf(one, count, columns), INDENT));
      count++;
    }
  }

  #cellsOf(
    { offset, partitionKey, explicitHashKey, hashKey, data }: ListedUserRecord,
    i: number,
    columns: Column[],
  ): string[] {
    const { width } = columns.at(-1) as Column;
    const shown = data.subarray(0, MOST_BYTES_SHOWN);
    return [
      String(i),
      ...(columns.length > 5 ? [String(offset)] : []),
      short(partitionKey == null ? '-' : escaped(partitionKey), KEY_WIDTH),
      short(typeof hashKey === 'bigint' ? String(hashKey) : escaped(explicitHashKey ?? '-'), KEY_WIDTH),
      String(data.length),
      this.#args.showsData ? cut(escapedBytes(shown, textOf(data) && shown.toString()), width) : '',
    ];
  }

  async #indented(text: string): Promise<void> {
    for (const line of wrapped(text, this.#output.columns - INDENT.length)) await this.#output.line(INDENT + line);
  }
}

/** As many of a table as a person reads. */
function tableOf(keys: readonly string[]): string {
  const most = 5;
  const shown = keys.slice(0, most).map((key) => short(escaped(key), 24));
  if (keys.length === 0) return 'none';
  return `${keys.length}: ${shown.join(', ')}${keys.length > most ? ', …' : ''}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

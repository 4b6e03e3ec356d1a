'use strict';

// The type of the native module, lib/native/addon.d.ts, against the #[napi] items of src/node: names, arguments, fields. What
// differs is a call that TypeScript holds to be right and that fails at run time.

const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const ROOT = path.join(__dirname, '../..');
const RUST = path.join(ROOT, 'src/node');
const DECLARED = path.join(ROOT, 'lib/native/addon.d.ts');

/** What napi-rs makes of a Rust type; `undefined` where it is not a plain value, which only its name is compared of. */
const PLAIN = {
  u32: 'number',
  f64: 'number',
  bool: 'boolean',
  String: 'string',
  '&str': 'string',
  JsString: 'string',
  PartitionKey: 'string',
  Uint8Array: 'Uint8Array',
  Uint8ArraySlice: 'Uint8Array',
  BufferSlice: 'Uint8Array',
  Uint32ArraySlice: 'Uint32Array',
  '()': 'void',
};

/** The functions, the methods of the class and the fields of the objects that Rust exports. */
function exported() {
  const found = {};
  const files = fs.readdirSync(RUST).filter((file) => file.endsWith('.rs'));
  for (const source of files.map((file) => fs.readFileSync(path.join(RUST, file), 'utf8'))) {
    // Tests export nothing.
    const [text] = source.split('#[cfg(test)]');
    for (const [, kind, name, body] of text.matchAll(/#\[napi(\(object\))?\]\npub struct (\w+) \{\n(.*?)\n\}/gs)) {
      if (kind === undefined) continue;
      const fields = [...body.matchAll(/^ {4}pub (\w+): (.+),$/gm)];
      found[name] = {
        ...found[name],
        ...Object.fromEntries(fields.map(([, field, type]) => [camel(field), plain(type)])),
      };
    }
    const calls =
      /#\[napi(?:\((constructor)?[^)]*\))?\]\n(?: *#\[[^\n]*\]\n| *\/\/[^\n]*\n)*( *)pub fn (\w+)(?:<[^>]*>)?\((.*?)\)(?: -> (.+?))? \{\n/gs;
    for (const [, isConstructor, indent, name, list, returned = '()'] of text.matchAll(calls)) {
      if (isConstructor) continue;
      const owner = indent === '' ? 'Addon' : 'NativeAggregator';
      found[owner] = { ...found[owner], [camel(name)]: { takes: argumentsOf(list), gives: plain(returned) } };
    }
  }
  return found;
}

/** Without those that napi-rs provides. */
function argumentsOf(list) {
  return split(list)
    .map((argument) => argument.trim())
    .filter((argument) => argument !== '' && !/^&(mut )?self$/.test(argument) && !/: &('\w+ )?Env$/.test(argument))
    .map((argument) => {
      const [, name, type] = argument.match(/^(?:mut )?(\w+): (.+)$/s);
      return [camel(name), plain(type)];
    });
}

/** At the commas that stand in no brackets. */
function split(list) {
  const parts = [''];
  let depth = 0;
  for (const character of list) {
    if ('<([{'.includes(character)) depth++;
    if ('>)]}'.includes(character)) depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function plain(type) {
  const bare = type
    .trim()
    .replace(/<'\w+>/g, '')
    .replace(/&'\w+ /g, '&');
  const [, generic, inner] = bare.match(/^(Result|Option|Vec)<(.+)>$/s) ?? [];
  if (generic === undefined) return PLAIN[bare];
  const of = plain(inner);
  if (of === undefined || generic === 'Result') return of;
  return generic === 'Vec' ? `${of}[]` : `${of}?`;
}

function camel(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

/** The same of the declarations. */
function declared() {
  const found = {};
  const file = ts.createSourceFile(DECLARED, fs.readFileSync(DECLARED, 'utf8'), ts.ScriptTarget.ES2022);
  for (const statement of file.statements.filter(ts.isInterfaceDeclaration)) {
    const members = statement.members.map((member) => {
      if (ts.isMethodSignature(member)) {
        const { parameters } = member;
        const takes = parameters.map((parameter) => [parameter.name.text, declaredType(parameter, file)]);
        const isRest = parameters.some((parameter) => parameter.dotDotDotToken !== undefined);
        return [member.name.text, { takes, isRest, gives: declaredType(member, file) }];
      }
      return [member.name.text, declaredType(member, file)];
    });
    found[statement.name.text] = Object.fromEntries(members);
  }
  return found;
}

function declaredType({ type, questionToken }, file) {
  const text = type.getText(file).replace(/\bBuffer\b/g, 'Uint8Array');
  const named = text.replace(/([\w[\]]+) \| (?:null|undefined)\b/g, '$1?').replace(/\((\w+\?)\)/g, '$1');
  return questionToken && !named.endsWith('?') ? `${named}?` : named;
}

/** What both sides say, as far as Rust says something plain. */
function agree(rust, declaration) {
  if (rust === undefined) return true;
  if (typeof rust === 'string') return rust === declaration;
  const { takes, gives } = rust;
  return (
    // What is declared without null is there whenever it is asked for: its caller knows.
    (agree(gives, declaration.gives) || agree(gives, `${declaration.gives}?`)) &&
    // A rest of arguments does not say how many.
    (declaration.isRest ||
      (takes.length === declaration.takes.length &&
        takes.every(([name, type], i) => name === declaration.takes[i][0] && agree(type, declaration.takes[i][1]))))
  );
}

const rust = exported();
const declarations = declared();

test('the reader of the sources finds what there is', () => {
  expect(Object.keys(rust).sort()).toEqual(['Addon', 'AggregatorRequest', 'NativeAggregator', 'ReadOptions']);
  expect(rust.Addon.hashKey).toEqual({ takes: [['partitionKey', 'string']], gives: 'string' });
  const native = require(require('../../scripts/build').hostFile());
  expect(Object.keys(native).sort()).toEqual([...Object.keys(rust.Addon), 'NativeAggregator'].sort());
});

describe.each(Object.keys(rust))('%s', (owner) => {
  test('has the same members on both sides', () => {
    const others = owner === 'Addon' ? ['NativeAggregator'] : [];
    expect(Object.keys(declarations[owner]).sort()).toEqual([...Object.keys(rust[owner]), ...others].sort());
  });

  test.each(Object.keys(rust[owner]))('%s', (name) => {
    const both = { rust: rust[owner][name], declared: declarations[owner][name] };
    if (!agree(both.rust, both.declared)) expect(both.declared).toEqual(both.rust);
  });
});

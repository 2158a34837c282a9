import { flat } from './source-text.js';

/** One member of a union of events, as its declaration is written. */
export interface UnionMember {
  readonly name: string;
  readonly fields: readonly string[];
  readonly doc: string;
}

/** Texts of types files by file name, such as `worker.types.ts`. */
export type TypeFiles = ReadonlyMap<string, string>;

/**
 * The events of a union: those it spells out, those of unions that it refers to or imports, and
 * the ends of children.
 */
export function unionMembers(files: TypeFiles, file: string, name: string): UnionMember[] {
  const types = files.get(file) ?? '';
  const members = topLevel(declaration(types, name)).flatMap((member) => read(files, file, member));
  return [...new Map(members.map((member) => [member.name, member])).values()];
}

function read(files: TypeFiles, file: string, member: string): UnionMember[] {
  const types = files.get(file) ?? '';
  const doc = flat(/^\s*\/\*\*([\s\S]*?)\*\//.exec(member)?.[1] ?? '');
  const text = withoutComments(member).trim();
  const child = /^(Done|Error)ActorEvent<[\s\S]*?,\s*([^,]+?),?\s*>$/.exec(text);
  if (child) return childEvents(child[1] === 'Done' ? 'done' : 'error', child[2] ?? '', doc);
  const names = [
    ...(/\btype:\s*((?:'[^']+'(?:\s*\|\s*)?)+)/.exec(text)?.[1] ?? '').matchAll(/'([^']+)'/g),
  ];
  if (names.length > 0) {
    return names.map(([, event = '']) => ({ name: event, fields: fieldsOf(types, text), doc }));
  }
  if (isDeclared(types, text)) return unionMembers(files, file, text);
  const imported = importOf(types, text);
  if (imported) return unionMembers(files, imported.file, imported.name);
  return [{ name: `… ${text}`, fields: [], doc }];
}

/** Where a name that a types file imports from another one is declared, and under which name. */
function importOf(types: string, name: string): { file: string; name: string } | undefined {
  for (const [, names = '', file = ''] of types.matchAll(
    /import type \{([^}]*)\} from '\.\/([\w.-]+)\.js'/g,
  )) {
    for (const item of names.split(',')) {
      const [original = '', alias = original] = item.trim().split(/\s+as\s+/);
      if (alias === name) return { file: `${file}.ts`, name: original };
    }
  }
  return undefined;
}

function childEvents(kind: 'done' | 'error', ids: string, doc: string): UnionMember[] {
  return [...ids.matchAll(/['`]([^'`]+)['`]/g)].map(([, id = '']) => ({
    name: `${kind} of ${id.replace(/\$\{number\}/, '*')}`,
    fields: kind === 'done' ? ['output'] : ['error'],
    doc,
  }));
}

/** Names of the fields, those of interfaces in the same file included. */
function fieldsOf(types: string, text: string): string[] {
  const spelled = [...text.matchAll(/readonly (\w+)(\??):/g)].map(([, key, may]) => `${key}${may}`);
  const joined = [...text.matchAll(/&\s*([A-Z]\w*)/g)].flatMap(([, name = '']) => {
    const body =
      new RegExp(`interface ${name}\\b[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? '';
    return [...withoutComments(body).matchAll(/readonly (\w+)(\??):/g)].map(
      ([, key, may]) => `${key}${may}`,
    );
  });
  return [...spelled, ...joined].filter((field) => field !== 'type');
}

function declaration(types: string, name: string): string {
  const start = new RegExp(`(?:export )?type ${name} =`).exec(types);
  if (!start) throw new Error(`There is no type ${name}.`);
  return types.slice(start.index + start[0].length);
}

const isDeclared = (types: string, name: string): boolean =>
  /^\w+$/.test(name) && new RegExp(`(?:export )?type ${name} =`).test(types);

/** Splits a union at its bars, outside of braces and comments, up to its semicolon. */
function topLevel(text: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'[^'\n]*'|`[^`]*`|=>|[\s\S]/g)) {
    if (token === ';' && depth === 0) break;
    if ('{(<['.includes(token)) depth += 1;
    if ('})>]'.includes(token)) depth -= 1;
    if (token === '|' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return withLeadingDocs(parts).filter((part) => withoutComments(part).trim() !== '');
}

/** A comment stands before the bar of the member it is about. */
function withLeadingDocs(parts: readonly string[]): string[] {
  const trailing = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/;
  return parts.map((part, index) => {
    const before = index > 0 ? (trailing.exec(parts[index - 1] ?? '')?.[0] ?? '') : '';
    return before + (index < parts.length - 1 ? part.replace(trailing, '') : part);
  });
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');

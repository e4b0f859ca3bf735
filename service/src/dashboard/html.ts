/** HTML by template: whatever is put into one is text, unless it is HTML already. */

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Put = Html | string | number | boolean | undefined | readonly Put[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

const put = (value: Put): string => {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(put).join('');
  return escaped(String(value));
};

/** Lists are put one after the other; undefined and false are nothing. Attributes are to stand in quotes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Put[]): Html =>
  new Html(parts.reduce((text, part, index) => text + (index === 0 ? '' : put(values[index - 1])) + part, ''));

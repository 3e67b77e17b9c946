// Messages of a catalogue in a reader's language. `words.py` says the same from the same files.

export type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;
export type Message = string | Forms;
export type Values = Record<string, string | number>;

/** The first of `offered` that fits `wanted` ("uk-UA" takes "uk"); else the first. */
export function fitting(wanted: string, offered: readonly string[]): string {
  const plain = wanted.toLowerCase().split("-")[0];
  return offered.find((each) => each === plain) ?? offered[0]!;
}

/** `message` with `values` in their places; `values.count` chooses among plural forms. */
export function say(language: string, message: Message, values: Values = {}): string {
  const form = typeof message === "string" ? message : chosen(language, message, Number(values.count));
  return form.replace(/\{(\w+)\}/g, (_, name: string) => written(language, values[name] ?? ""));
}

function chosen(language: string, forms: Forms, count: number): string {
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other!;
}

function written(language: string, value: string | number): string {
  return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
}

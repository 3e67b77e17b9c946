// What every widget is: attributes in, one card out, and five ways in which there is nothing to show yet.
// Of lit its templates alone are used: all of it is 2.5 kB more, a quarter of what a widget may weigh.

import { html, nothing, render, type TemplateResult } from "lit/html.js";
import { ask, Refusal } from "./asking";
import { fitting, say, type Message, type Values } from "./words";

/** The texts of an element, by language. */
export type Texts = Record<string, Record<string, Message>>;
export type State = "loading" | "ready" | "empty" | "error" | "forbidden" | "wrong";

/** Where this script came from is where the service is. */
const SERVICE = import.meta.url;
const MOST_ROWS = 100;
/** What every widget reads; what concerns one alone, its class adds. */
export const ATTRIBUTES = ["service", "token", "member", "rows", "lang"];

/** An attribute that cannot be right. Said in English, as the service does: it is for who wrote the page. */
class Wrong extends Error {
  constructor(
    readonly attribute: string,
    detail: string,
  ) {
    super(detail);
  }
}

export abstract class LaurelElement<Data> extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  protected abstract readonly texts: Texts;
  protected readonly fewestRows: number = 1;
  protected readonly usualRows: number = 10;
  protected readonly root = this.attachShadow({ mode: "open" });
  private renewal: (() => Promise<string> | string) | null = null;
  private ticket = "";
  private renewing: Promise<string> | null = null;
  private turn = 0;
  private isAwaited = false;

  constructor(...styles: string[]) {
    super();
    this.root.adoptedStyleSheets = styles.map(sheet);
    // A page may have set it before the script was there; then it hides what the class says of it.
    if (Object.hasOwn(this, "refresh")) {
      const { refresh } = this;
      Reflect.deleteProperty(this, "refresh");
      this.refresh = refresh;
    }
  }

  /** Called for a token when there is none, or when the last one holds no more. */
  get refresh(): (() => Promise<string> | string) | null {
    return this.renewal;
  }

  set refresh(renewal: (() => Promise<string> | string) | null) {
    this.renewal = renewal;
    this.attributeChangedCallback();
  }

  connectedCallback(): void {
    this.attributeChangedCallback();
  }

  /** Loads anew, once for all that changes at a time. */
  attributeChangedCallback(): void {
    if (this.isAwaited) return;
    this.isAwaited = true;
    queueMicrotask(() => {
      this.isAwaited = false;
      this.ticket = this.given("token") ?? "";
      if (this.isConnected) void this.reload();
    });
  }

  /** Asks for what is shown. */
  protected abstract load(): Promise<Data>;
  /** The message that says why there is nothing; null where there is something. */
  protected abstract emptiness(data: Data): string | null;
  protected abstract show(data: Data): TemplateResult;

  /** Loads and shows. */
  async reload(): Promise<void> {
    const turn = ++this.turn;
    this.draw("loading", this.waiting());
    const [state, content] = await this.loaded().catch((failure: unknown) => this.judged(failure));
    // Who changed an attribute meanwhile does not want this answer any more.
    if (turn === this.turn) this.draw(state, content);
  }

  protected say(key: string, values?: Values): string {
    const said = say(this.language, this.texts[this.language]![key]!, values);
    // Our languages run from left to right; in a page that does not, "12 of 100" would become "of 100 12".
    return this.matches(":dir(rtl)") ? `\u2066${said}\u2069` : said;
  }

  protected get language(): string {
    const near = this.closest<HTMLElement>("[lang]")?.lang;
    return fitting(near ?? "", Object.keys(this.texts));
  }

  /** A month at the beginning of a line, where Slavic languages, too, write it with a capital. */
  protected month(first: Date): string {
    const form = new Intl.DateTimeFormat(this.region, { month: "long", year: "numeric", timeZone: "UTC" });
    const said = form.format(first);
    return said[0]!.toUpperCase() + said.slice(1);
  }

  /** An attribute without stray spaces; null where it is missing. */
  protected given(name: string): string | null {
    return this.getAttribute(name)?.trim() || null;
  }

  protected needed(name: string): string {
    return this.given(name) ?? this.refuse(name, "this attribute is missing");
  }

  protected get rowsShown(): number {
    return this.rowsGiven ?? this.refuse("rows", `this must be a whole number from ${this.fewestRows} to ${MOST_ROWS}`);
  }

  /** How numbers and dates are written: as the page's own language says ("en-GB"), if its texts are in it. */
  protected get region(): string {
    const near = this.closest<HTMLElement>("[lang]")?.lang ?? "";
    return near.toLowerCase().startsWith(this.language) ? near : this.language;
  }

  /** The answer to `path`; whose token holds no more asks once again with a new one. */
  protected async get<Answer>(path: string, parameters: Record<string, string | number | null> = {}): Promise<Answer> {
    const address = new URL(path, this.service());
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== null) address.searchParams.set(name, `${value}`);
    }
    const shown = this.ticket || (this.renewal ? await this.renewed() : this.needed("token"));
    try {
      return await ask<Answer>(address, shown);
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.status !== 401 || !this.renewal) throw refusal;
      // Another question of ours may have brought a new one meanwhile.
      return ask<Answer>(address, this.ticket && this.ticket !== shown ? this.ticket : await this.renewed());
    }
  }

  private get rowsGiven(): number | null {
    const number = Number(this.given("rows") ?? this.usualRows);
    return Number.isInteger(number) && number >= this.fewestRows && number <= MOST_ROWS ? number : null;
  }

  /** A new token: the page is asked once, however many questions wait for it. */
  private renewed(): Promise<string> {
    this.ticket = "";
    return (this.renewing ??= (async () => {
      try {
        return (this.ticket = (await this.renewal!()).trim());
      } finally {
        this.renewing = null;
      }
    })());
  }

  private service(): string {
    const written = this.given("service") ?? SERVICE;
    return URL.canParse(written) ? written : this.refuse("service", "this must be a whole address, with https://");
  }

  protected refuse(attribute: string, detail: string): never {
    throw new Wrong(attribute, detail);
  }

  private async loaded(): Promise<[State, TemplateResult]> {
    void this.rowsShown; // A wrong number is named before anybody is asked.
    const data = await this.load();
    const nothing = this.emptiness(data);
    return nothing ? ["empty", this.message("empty", "", nothing)] : ["ready", this.show(data)];
  }

  private judged(failure: unknown): [State, TemplateResult] {
    let state: State = "error";
    let reason = "";
    if (failure instanceof Wrong) {
      state = "wrong";
      reason = `${failure.attribute}: ${failure.message}`;
    } else if (failure instanceof Refusal) {
      const { status, pointer, message } = failure;
      reason = pointer ? `${pointer}: ${message}` : message;
      if (status === 401 || status === 403) state = "forbidden";
      else if (status < 500 && status !== 429) state = "wrong";
    }
    return [state, this.message(state, reason)];
  }

  private draw(state: State, content: TemplateResult): void {
    this.setAttribute("state", state);
    // A group, not a region: two widgets of one kind in a page would be two landmarks of one name.
    render(
      html`<div
        part="card"
        class="card ${state}"
        role="group"
        lang=${this.language}
        aria-label=${this.say("name")}
        aria-busy=${state === "loading"}
      >
        ${content}
      </div>`,
      this.root,
      { host: this },
    );
    // Through the object model: a style attribute is forbidden in a page with a strict policy.
    const card = this.root.firstElementChild as HTMLElement;
    card.style.setProperty("--laurel-rows", `${this.rowsGiven ?? this.usualRows}`);
  }

  private waiting(): TemplateResult {
    return html`<p class="hidden" role="status">${this.say("loading")}</p>
      <div class="fallback"><slot></slot></div>
      <div class="waiting" part="waiting"></div>`;
  }

  private message(state: State, reason = "", key: string = state): TemplateResult {
    return html`<div class="message" part="message">
      <p class="sentence" role="status">${this.say(key)}</p>
      ${reason ? html`<p class="small" part="reason" dir="auto">${reason}</p>` : nothing}
      ${state === "error"
        ? html`<button part="button" @click=${this.reload}>${this.say("retry")}</button>`
        : nothing}
      ${state === "empty" ? nothing : html`<div class="fallback"><slot></slot></div>`}
    </div>`;
  }
}

/** Defines an element unless somebody has: a page may hold two copies of a script. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

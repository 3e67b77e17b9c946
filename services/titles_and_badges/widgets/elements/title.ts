// <laurel-title>: who holds a title of a sealed month, and why; without a `slug` all titles of the month.

import { html, nothing, type TemplateResult } from "lit/html.js";
import { absent } from "../../../../shared/web/asking";
import { ATTRIBUTES, define, LaurelElement } from "../../../../shared/web/element";
import look from "../../../../shared/web/look.css?inline";
import * as en from "../locales/en.json";
import * as ru from "../locales/ru.json";
import * as uk from "../locales/uk.json";
import own from "./badges.css?inline";
import { emblem } from "./emblem";

interface Holder {
  member: { id: string | null; name: string | null };
  score: number;
  terms: { givers: number; days: number };
}

interface Title {
  title: string;
  title_name: string;
  holders: Holder[];
}

interface Month {
  period: string;
  revision: number;
  titles: Title[];
}

const texts = {
  en: { ...en.shared, ...en.title },
  uk: { ...uk.shared, ...uk.title },
  ru: { ...ru.shared, ...ru.title },
};

class TitleElement extends LaurelElement<Month | null> {
  static override observedAttributes = [...ATTRIBUTES, "slug", "period"];
  protected override readonly texts = texts;
  protected override readonly usualRows = 3;

  constructor() {
    super(look, own);
  }

  protected override async load(): Promise<Month | null> {
    const period = this.given("period") ?? (await this.latest());
    const month = period && (await this.get<Month>(`/v1/periods/${encodeURIComponent(period)}`).catch(absent));
    if (!month) return null;
    const slug = this.given("slug");
    const titles = month.titles.filter((each) => !slug || each.title === slug);
    if (slug && !titles.length) this.refuse("slug", `there is no title '${slug}' in ${month.period}`);
    return { ...month, titles };
  }

  protected override emptiness(month: Month | null): string | null {
    return month?.titles.length ? null : "empty";
  }

  protected override show(month: Month | null): TemplateResult {
    const { titles, period, revision } = month!;
    const rows = titles.flatMap((title) =>
      title.holders.length ? title.holders.map((holder) => this.holder(title, holder)) : [this.nobody(title)],
    );
    const first = this.given("slug") ? titles[0]!.title_name : this.say("name");
    return html`<header class="head" part="head">
        <p class="name" part="name">
          <span dir="auto">${first}</span>
          <span class="chip strong" part="chip">${this.say(revision > 1 ? "revised" : "sealed", { revision })}</span>
        </p>
        <p class="small one-line">${this.month(new Date(period))}</p>
      </header>
      <ul class="badges" part="holders">
        ${rows.slice(0, this.rowsShown)}
      </ul>`;
  }

  private async latest(): Promise<string | null> {
    const { items } = await this.get<{ items: { period: string }[] }>("/v1/periods", { limit: 1 });
    return items[0]?.period ?? null;
  }

  private holder(title: Title, { member, score, terms }: Holder): TemplateResult {
    const why = [
      this.say("points", { count: score }),
      terms.givers && this.say("givers", { count: terms.givers }),
      terms.days && this.say("days", { count: terms.days }),
    ];
    return html`<li class="badge gold" part="holder">
      ${emblem}
      <span class="what"
        ><span class="one-line"
          ><b><bdi>${member.name ?? member.id ?? this.say("somebody")}</bdi></b>${this.of(title)}</span
        ><span class="small one-line">${why.filter(Boolean).join(" · ")}</span></span
      >
    </li>`;
  }

  private nobody(title: Title): TemplateResult {
    return html`<li class="badge next" part="holder nobody">
      ${emblem}
      <span class="what"
        ><span class="one-line">${this.say("nobody")}${this.of(title)}</span
        ><span class="small one-line">${this.say("why")}</span></span
      >
    </li>`;
  }

  private of(title: Title): TemplateResult | typeof nothing {
    return this.given("slug") ? nothing : html` · <bdi>${title.title_name}</bdi>`;
  }
}

define("laurel-title", TitleElement);

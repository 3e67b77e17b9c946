// <laurel-badges>: what a member holds and what is closest for him; without a member the community's latest.

import { html, nothing, type TemplateResult } from "lit/html.js";
import look from "../../../../shared/web/look.css?inline";
import { absent } from "../../../../shared/web/asking";
import { define, LaurelElement } from "../../../../shared/web/element";
import own from "./badges.css?inline";
import { emblem } from "./emblem";
import * as en from "../locales/en.json";
import * as ru from "../locales/ru.json";
import * as uk from "../locales/uk.json";

interface Award {
  badge: string;
  badge_name: string;
  level: string | null;
  object: string | null;
  awarded_at: string;
  member: { id: string | null; name: string | null };
}

interface Progress {
  badge: string;
  badge_name: string;
  description: string;
  missing: { value: number; at: number; level: string | null };
}

interface Row extends Award {
  times: number;
}

interface Shown {
  held: Row[];
  next: Progress[];
  more: boolean;
}

const texts = {
  en: { ...en.shared, ...en.badges },
  uk: { ...uk.shared, ...uk.badges },
  ru: { ...ru.shared, ...ru.badges },
};
const MOST = 200; // awards that one answer holds

class Badges extends LaurelElement<Shown | null> {
  protected override readonly texts = texts;
  protected override readonly usualRows = 5;

  constructor() {
    super(look, own);
  }

  protected override async load(): Promise<Shown | null> {
    const member = this.given("member");
    const path = member === null ? "/v1/awards" : `/v1/members/${encodeURIComponent(member)}`;
    if (member === null) {
      const { items } = await this.get<{ items: Award[] }>(path, { limit: this.rowsShown });
      return { held: items.map((each) => ({ ...each, times: 1 })), next: [], more: false };
    }
    const asked = Promise.all([
      this.get<{ items: Award[]; next: string | null }>(`${path}/badges`, { limit: MOST }),
      this.get<{ items: Progress[] }>(`${path}/progress`),
    ]);
    const answers = await asked.catch(absent);
    if (!answers) return null;
    const [badges, progress] = answers;
    // Once more of what is held for one thing already is no news.
    const again = new Set(badges.items.filter((each) => each.object !== null).map((each) => each.badge));
    const next = progress.items.filter((each) => !again.has(each.badge));
    return { held: grouped(badges.items), next, more: badges.next !== null };
  }

  protected override emptiness(shown: Shown | null): string | null {
    if (!shown) return "absent";
    return shown.held.length || shown.next.length ? null : "empty";
  }

  protected override show(shown: Shown): TemplateResult {
    const rows = this.rowsShown;
    const next = shown.next.slice(0, Math.max(rows - shown.held.length, Math.min(2, rows - 1)));
    const held = shown.held.slice(0, rows - next.length);
    return html`<header class="head" part="head">
        <p class="name" part="name"><span dir="auto">${this.heading(shown)}</span></p>
        <p class="small one-line">${this.summary(shown)}</p>
      </header>
      <ul class="badges" part="badges">
        ${held.map((each) => this.award(each))}${next.map((each) => this.coming(each))}
      </ul>`;
  }

  private heading(shown: Shown): string {
    const person = shown.held[0]?.member;
    if (!this.given("member")) return this.say("latest");
    return person?.name ? this.say("of", { name: person.name }) : this.say("name");
  }

  private summary(shown: Shown): string {
    if (!this.given("member")) return this.say("latestWhat");
    const count = shown.held.reduce((sum, each) => sum + each.times, 0);
    return this.say(shown.more ? "more" : "held", { count });
  }

  private award(one: Row): TemplateResult {
    const person = this.given("member") ? null : one.member.name ?? one.member.id ?? this.say("somebody");
    return html`<li class="badge ${one.level ?? ""}" part="badge">
      ${emblem}
      <span class="what"
        ><span class="one-line"
          ><bdi>${one.badge_name}</bdi>${level(one.level)}${one.times > 1 ? ` × ${one.times}` : nothing}</span
        >${person === null ? nothing : html`<span class="small one-line"><bdi>${person}</bdi></span>`}</span
      >
      <time class="small when" datetime=${one.awarded_at}>${this.date(one.awarded_at)}</time>
    </li>`;
  }

  private coming(one: Progress): TemplateResult {
    const { value, at } = one.missing;
    return html`<li class="badge next" part="badge next">
      ${emblem}
      <span class="what"
        ><span class="one-line"><bdi>${one.badge_name}</bdi>${level(one.missing.level)}</span>
        <span class="small one-line" dir="auto">${one.description || this.say("next")}</span></span
      >
      <span class="small when"
        >${this.say("progress", { value, at })}
        <progress value=${Math.max(0, value)} max=${at} aria-label=${one.badge_name}></progress
      ></span>
    </li>`;
  }

  private date(moment: string): string {
    return new Intl.DateTimeFormat(this.region, { dateStyle: "medium" }).format(new Date(moment));
  }
}

function level(name: string | null): TemplateResult | typeof nothing {
  return name ? html` · <bdi>${name}</bdi>` : nothing;
}

/** One row for a badge: the latest, which is the highest level; what is given once an object is counted by level. */
function grouped(awards: Award[]): Row[] {
  const found = new Map<string, Row>();
  for (const award of awards) {
    const key = award.object === null ? award.badge : `${award.badge} ${award.level}`;
    const known = found.get(key);
    if (!known) found.set(key, { ...award, times: 1 });
    else if (award.object !== null) known.times += 1;
  }
  return [...found.values()];
}

define("laurel-badges", Badges);

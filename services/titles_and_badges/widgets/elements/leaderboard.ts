// <laurel-leaderboard>: the best of a period, and a member's own place among his neighbours, always.

import { html, nothing, type TemplateResult } from "lit/html.js";
import { absent } from "../../../../shared/web/asking";
import { ATTRIBUTES, define, LaurelElement } from "../../../../shared/web/element";
import look from "../../../../shared/web/look.css?inline";
import * as en from "../locales/en.json";
import * as ru from "../locales/ru.json";
import * as uk from "../locales/uk.json";
import own from "./leaderboard.css?inline";

interface Row {
  rank: number;
  member: { id: string | null; name: string | null };
  score: number;
  movement: number | null;
}

interface Board {
  name: string;
  window: string;
  period: string | null;
  from: string | null;
  until: string | null;
  time_zone: string;
  ties: "competition" | "dense" | "ordinal";
  sealed: boolean;
  total: number;
  items: Row[];
}

interface Place {
  rank: number | null;
  member: Row["member"];
  score: number;
  movement: number | null;
  of: number;
  neighbours: Row[];
  excluded: { reason: string; until: string | null } | null;
}

interface Shown {
  board: Board;
  /** The member's own; null if he is not known here, or nobody is asked for. */
  place: Place | null;
}

const texts = {
  en: { ...en.shared, ...en.leaderboard },
  uk: { ...uk.shared, ...uk.leaderboard },
  ru: { ...ru.shared, ...ru.leaderboard },
};
const A_DAY = 86_400_000;

class Leaderboard extends LaurelElement<Shown> {
  static override observedAttributes = [...ATTRIBUTES, "board", "window", "period", "link"];
  protected override readonly texts = texts;
  // The first, what is left out, and one's own.
  protected override readonly fewestRows = 3;

  constructor() {
    super(look, own);
  }

  protected override async load(): Promise<Shown> {
    const path = `/v1/boards/${encodeURIComponent(this.needed("board"))}/standings`;
    const member = this.given("member");
    const period = { window: this.given("window"), period: this.given("period") };
    const [board, place] = await Promise.all([
      this.get<Board>(path, { ...period, limit: this.rowsShown }),
      member && this.get<Place>(`${path}/${encodeURIComponent(member)}`, { ...period, around: 3 }).catch(absent),
    ]);
    return { board, place: place || null };
  }

  protected override emptiness({ board, place }: Shown): string | null {
    return board.items.length || place?.excluded ? null : "empty";
  }

  protected override show({ board, place }: Shown): TemplateResult {
    const rows = chosen(board.items, place, this.rowsShown);
    const best = Math.max(1, ...board.items.map((row) => row.score));
    const moves = rows.some((row) => typeof row?.movement === "number");
    return html`<table part="table">
        <caption>
          <div class="head" part="head">
            <p class="name" part="name"><span dir="auto">${board.name}</span>${this.chip(board)}</p>
            <p class="small one-line">${this.period(board)}</p>
          </div>
        </caption>
        <thead>
          <tr>
            <th class="place" scope="col">${this.say("place")}</th>
            <th class="who" scope="col">${this.say("member")}</th>
            ${moves ? html`<th class="moved" scope="col">${this.say("movement")}</th>` : nothing}
            <th class="score" scope="col">${this.say("score")}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) =>
            row ? this.row(row, best, moves, row.member.id !== null && row.member.id === place?.member.id) : gap(moves),
          )}
        </tbody>
      </table>
      <footer class="foot small" part="foot">
        <p>${this.standing(board, place, rows)}</p>
        <p>${this.say(board.ties)} · ${board.time_zone}</p>
      </footer>`;
  }

  private chip({ sealed }: Board): TemplateResult {
    return html`<span class="chip ${sealed ? "strong" : ""}" part="chip">${this.say(sealed ? "sealed" : "open")}</span>`;
  }

  private row(row: Row, best: number, moves: boolean, isOwn: boolean): TemplateResult {
    const share = Math.max(0, (100 * row.score) / best).toFixed(1);
    return html`<tr
      class="${isOwn ? "own" : ""} ${row.rank < 4 ? "first" : ""}"
      part="row ${isOwn ? "own" : ""}"
      aria-current=${isOwn || nothing}
    >
      <td class="place"><span>${this.number(row.rank)}</span></td>
      <th class="who" scope="row">
        ${this.person(row.member)}<svg class="bar" aria-hidden="true" width="100%" height="4">
          <rect width="${share}%" height="4" rx="2" />
        </svg>
      </th>
      ${moves ? html`<td class="moved">${this.moved(row.movement)}</td>` : nothing}
      <td class="score">${this.number(row.score)}</td>
    </tr>`;
  }

  /** The name; a link where the page says how to link to people (`link="https://…/{id}"`). */
  private person({ id, name }: Row["member"]): TemplateResult {
    const link = this.given("link");
    const written = name ?? id ?? this.say("somebody");
    const shown = link && id ? html`<a href=${link.replace("{id}", encodeURIComponent(id))}>${written}</a>` : written;
    return html`<span class="one-line" dir="auto">${shown}</span>`;
  }

  private moved(by: number | null): TemplateResult {
    if (by === null) return html`${this.say("new")}`;
    const count = Math.abs(by);
    const [key, sign] = by > 0 ? ["up", "▲"] : by < 0 ? ["down", "▼"] : ["same", "="];
    return html`<span class=${key} aria-hidden="true">${sign} ${count ? this.number(count) : nothing}</span
      ><span class="hidden">${this.say(key, { count })}</span>`;
  }

  private standing(board: Board, place: Place | null, rows: (Row | null)[]): string {
    if (!this.given("member")) return this.say("total", { count: board.total });
    if (!place) return this.say("absent");
    if (place.excluded) return this.say("excluded", { reason: place.excluded.reason });
    if (place.rank === null) return this.say("unranked");
    const ahead = [...rows, ...place.neighbours].filter((row) => row && row.rank < place.rank!);
    const count = Math.min(...ahead.map((row) => row!.score)) - place.score;
    const standing = this.say("own", { rank: place.rank, total: board.total });
    return ahead.length ? `${standing} · ${this.say("behind", { count })}` : standing;
  }

  private period({ window, period, from, until }: Board): string {
    if (!from || !until) return this.say("all");
    const first = new Date(from);
    if (window === "month") return this.month(first);
    const span = new Intl.DateTimeFormat(this.region, { dateStyle: "medium", timeZone: "UTC" });
    const days = span.formatRange(first, new Date(Date.parse(until) - A_DAY));
    return window === "season" ? `${period}: ${days}` : days;
  }

  private number(value: number): string {
    return new Intl.NumberFormat(this.region).format(value);
  }
}

/** As many rows as were asked for: the best, or fewer of them, a gap (null) and the member among his neighbours. */
function chosen(items: Row[], place: Place | null, rows: number): (Row | null)[] {
  if (!place || place.rank === null || items.some((row) => row.member.id === place.member.id)) return items;
  const own: Row = { rank: place.rank, member: place.member, score: place.score, movement: place.movement };
  const others = place.neighbours.filter((row) => row.member.id !== own.member.id);
  const near = [...others, own].sort((one, other) => one.rank - other.rank || other.score - one.score);
  const count = Math.min(3, rows - 2, near.length);
  const from = Math.min(Math.max(near.indexOf(own) - (count > 1 ? 1 : 0), 0), near.length - count);
  return [...items.slice(0, rows - count - 1), null, ...near.slice(from, from + count)];
}

function gap(moves: boolean): TemplateResult {
  return html`<tr class="gap">
    <td colspan=${moves ? 4 : 3}><span aria-hidden="true">⋯</span></td>
  </tr>`;
}

define("laurel-leaderboard", Leaderboard);

// A rosette: one shape for every badge and title, in the colour of its level; an outline for what nobody has yet.

import { html } from "lit/html.js";

export const emblem = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path class="ribbon" d="M8 14.5 6.2 22.5l5.8-2.6 5.8 2.6-1.8-8z" />
  <circle class="disc" cx="12" cy="9" r="7.5" />
  <path class="star" d="m12 4.4 1.4 2.9 3.2.4-2.3 2.2.6 3.2-2.9-1.5-2.9 1.5.6-3.2-2.3-2.2 3.2-.4z" />
</svg>`;

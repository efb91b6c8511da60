/** How the monitor's element looks; light and dark follow the `color-scheme` of where it stands. */
export const viewStyle = `
:host {
  --text: light-dark(#1d2328, #e4e7ea);
  --dim: light-dark(#66717b, #98a2ac);
  --line: light-dark(#dfe4e8, #2e343a);
  --track: light-dark(#eef1f4, #14171a);
  --network: light-dark(#1f7fbf, #5db0e6);
  --processor: light-dark(#c77a12, #f0b35a);
  --gpu: light-dark(#7d55c7, #b394f0);
  --page: light-dark(#1c8f7a, #4fc4ae);
  --queue: light-dark(#8a949d, #7d8892);
  --good: light-dark(#2f8f46, #6cc983);
  --bad: light-dark(#c2452b, #f0876a);
  display: block;
  color: var(--text);
  font: 13px / 1.4 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
.monitor { display: grid; gap: 14px; min-width: 0; }
h3 { margin: 0 0 6px; font-size: 12px; font-weight: 600; color: var(--dim); }

.verdict { border-left: 3px solid var(--tint, var(--queue)); padding-left: 10px; display: grid; gap: 2px; min-height: 3.9em; align-content: start; }
.verdict b { font-size: 15px; font-weight: 650; color: var(--tint, inherit); }
.verdict small { font-size: 12px; color: var(--dim); }

.sparks { display: grid; grid-template-columns: repeat(auto-fit, minmax(84px, 1fr)); gap: 10px; }
.spark b { display: block; font-size: 16px; font-weight: 600; line-height: 1.25; white-space: nowrap; }
.spark span { font-size: 11px; color: var(--dim); white-space: nowrap; }
svg { display: block; width: 100%; height: 28px; margin-top: 3px; overflow: visible; }
.line { fill: none; stroke: var(--tint); stroke-width: 1.5; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.area { fill: var(--tint); opacity: 0.14; }

.stack { display: flex; height: 10px; border-radius: 5px; overflow: hidden; background: var(--track); }
.stack i { background: var(--tint); min-width: 0; transition: flex-grow 0.3s; }
.stack i + i { box-shadow: -1px 0 0 light-dark(#fff, #1c2024); }
.keys { display: flex; flex-wrap: wrap; gap: 1px 12px; margin-top: 5px; font-size: 12px; color: var(--dim); min-height: 1.4em; }
.keys span::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 2px; margin-right: 5px; background: var(--tint); }

.rows { display: grid; grid-template-columns: max-content minmax(30px, 1fr) max-content max-content; gap: 3px 9px; align-items: center; }
.rows .head { font-size: 11px; color: var(--dim); text-align: right; }
.rows .value { text-align: right; white-space: nowrap; min-width: 6.2ch; }
.rows .dim { color: var(--dim); }
.bar { height: 7px; border-radius: 4px; background: var(--track); overflow: hidden; position: relative; }
.bar i { position: absolute; inset: 0; background: var(--tint); transform-origin: left; transform: scaleX(0); transition: transform 0.3s; }
.bar u { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--text); opacity: 0.55; }

.network { --tint: var(--network); }
.processor { --tint: var(--processor); }
.gpu { --tint: var(--gpu); }
.page { --tint: var(--page); }
.queue { --tint: var(--queue); }
.good { --tint: var(--good); }
.bad { --tint: var(--bad); }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;

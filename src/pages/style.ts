import { createHash } from 'node:crypto';

/** Of every page, in it: one request, and nothing from elsewhere. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--text:#16191d;--dim:#545c66;--line:#d9dde3;--accent:#0b5cad;--on-accent:#fff;
--good:#0a6b3d;--good-bg:#e0f4e8;--warn:#7a4d00;--warn-bg:#fdf0d5;--bad:#a3161f;--bad-bg:#fde4e4;--calm:#454d57;--calm-bg:#e9ecf0;--code:#f0f2f5}
@media (prefers-color-scheme:dark){:root{--bg:#0f1215;--card:#181c21;--text:#e8ebef;--dim:#a2abb6;--line:#2c333b;--accent:#7db8f5;--on-accent:#0a1a2b;
--good:#79d7a2;--good-bg:#12321f;--warn:#f0c06a;--warn-bg:#3a2b0b;--bad:#ff9d9d;--bad-bg:#431b1e;--calm:#bcc5cf;--calm-bg:#262d34;--code:#11151a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:6px}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;z-index:2;background:var(--card);padding:.7rem 1rem}
header{background:var(--card);border-bottom:1px solid var(--line)}
.bar,main,footer{max-width:54rem;margin:0 auto;padding-left:1rem;padding-right:1rem}
.brand{display:flex;align-items:center;justify-content:space-between;gap:1rem;min-height:3.25rem}
.brand strong{font-size:1.05rem;letter-spacing:-.01em}
.brand strong{margin-right:auto}
.brand span{color:var(--dim);font-size:.9rem;text-align:right}
.brand a{display:inline-flex;align-items:center;min-height:44px;padding:0 .25rem;font-size:.9rem}
nav ul{display:flex;justify-content:space-between;list-style:none;margin:0 -.5rem;padding:0;overflow-x:auto;scrollbar-width:none}
nav a{display:flex;align-items:center;min-height:44px;padding:0 .5rem;color:var(--dim);text-decoration:none;white-space:nowrap;font-size:.95rem;border-bottom:3px solid transparent;position:relative}
nav a:hover{color:var(--text)}
nav a[aria-current]{color:var(--text);font-weight:600;border-bottom-color:var(--accent)}
nav b{margin-left:.3rem;padding:0 .4rem;border-radius:1rem;background:var(--warn-bg);color:var(--warn);font-size:.8rem;line-height:1.35rem}
main{padding-top:1.25rem;padding-bottom:2rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 .75rem;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.05rem;margin:1.75rem 0 .6rem}
h3{font-size:1rem;margin:1rem 0 .35rem}
p{margin:.5rem 0}
.dim,footer{color:var(--dim);font-size:.9rem}
footer{padding-top:0;padding-bottom:2.5rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1rem;margin:.75rem 0}
.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}
.list{list-style:none;padding:0;margin:.75rem 0;background:var(--card);border:1px solid var(--line);border-radius:14px;overflow:hidden}
.list>li+li{border-top:1px solid var(--line)}
.item{display:block;padding:.85rem 1rem;min-height:44px;color:inherit;text-decoration:none}
a.item:hover{background:var(--code)}
a.item:focus-visible{outline-offset:-3px;border-radius:14px}
.item strong{display:block;font-weight:600}
.item .row{margin-top:.3rem}
.row{display:flex;flex-wrap:wrap;gap:.35rem .6rem;align-items:center;color:var(--dim);font-size:.9rem}
.chip{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-size:.82rem;font-weight:600;line-height:1.45rem;white-space:nowrap}
.good{background:var(--good-bg);color:var(--good)}.warn{background:var(--warn-bg);color:var(--warn)}
.bad{background:var(--bad-bg);color:var(--bad)}.calm{background:var(--calm-bg);color:var(--calm)}
.note{border-radius:12px;padding:.8rem 1rem;margin:.75rem 0}
.note>:first-child{margin-top:0}.note>:last-child{margin-bottom:0}
.note a{color:inherit}
dl{display:grid;grid-template-columns:minmax(6.5rem,max-content) 1fr;gap:.4rem 1rem;margin:0}
dt{color:var(--dim)}dd{margin:0}
ol.steps{margin:0;padding:0;list-style:none;counter-reset:step}
ol.steps>li{counter-increment:step;padding:.75rem 0 .75rem 2.4rem;position:relative}
ol.steps>li:first-child{padding-top:.1rem}ol.steps>li:last-child{padding-bottom:0}
.card ul,.note ul{padding-left:1.2rem;margin:.5rem 0}
ol.steps>li+li{border-top:1px solid var(--line)}
ol.steps>li::before{content:counter(step);position:absolute;left:0;top:.8rem;width:1.6rem;height:1.6rem;border-radius:50%;background:var(--calm-bg);color:var(--calm);font-size:.82rem;font-weight:600;line-height:1.6rem;text-align:center}
ol.steps>li:first-child::before{top:.1rem}
ol.steps .undo{margin:.35rem 0 0;font-size:.92rem;color:var(--dim)}
ol.steps .undo.none{color:var(--bad);font-weight:600}
code,pre{font:.875rem/1.5 ui-monospace,"SF Mono","DejaVu Sans Mono",Menlo,Consolas,monospace}
code{background:var(--code);border-radius:5px;padding:.1em .3em}
pre{background:var(--code);border:1px solid var(--line);border-radius:10px;padding:.75rem;margin:.5rem 0;overflow-x:auto;white-space:pre-wrap}
.step{display:block;padding:0;background:none;white-space:pre-wrap}
.diff{padding:.5rem 0;white-space:normal}
.diff span{display:block;padding:0 .75rem;white-space:pre-wrap;min-height:1.5em}
.diff .add{background:var(--good-bg);color:var(--good)}.diff .cut{background:var(--bad-bg);color:var(--bad)}.diff .at{color:var(--dim)}
.path{font-weight:600;margin:1rem 0 .25rem}
form{margin:0}
label{display:block;font-weight:600;margin:.9rem 0 .3rem}
form>label:first-of-type,form>p:first-of-type{margin-top:0}
label.check{display:flex;gap:.7rem;align-items:center;font-weight:400;min-height:44px}
label.check input{width:1.4rem;height:1.4rem;flex:none;margin:0;accent-color:var(--accent)}
input[type=text],input[type=password],select{width:100%;min-height:46px;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--dim);border-radius:10px}
.help{color:var(--dim);font-size:.88rem;margin:.3rem 0}
.help+form{margin-top:.9rem}
.out{white-space:pre;overflow-wrap:normal}
.buttons{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;margin-top:1.1rem}
.buttons>:only-child{grid-column:1/-1}
button,.button{display:inline-flex;align-items:center;justify-content:center;width:100%;min-height:50px;padding:.5rem 1rem;border-radius:12px;border:2px solid var(--accent);background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;cursor:pointer;text-decoration:none}
button.no{background:transparent;border-color:var(--bad);color:var(--bad)}
button:hover{filter:brightness(1.08)}
.timeline{list-style:none;margin:0;padding:0 0 0 .35rem}
.timeline>li{position:relative;padding:0 0 .9rem 1.4rem;border-left:2px solid var(--line)}
.timeline>li:last-child{border-left-color:transparent;padding-bottom:0}
.timeline>li::before{content:"";position:absolute;left:-.42rem;top:.45rem;width:.7rem;height:.7rem;border-radius:50%;background:var(--dim);border:2px solid var(--card)}
.timeline>li.t-good::before{background:var(--good)}.timeline>li.t-warn::before{background:var(--warn)}.timeline>li.t-bad::before{background:var(--bad)}
.timeline time{color:var(--dim);font-size:.85rem;display:block}
.timeline pre{white-space:pre-wrap}
details>summary{cursor:pointer;padding:.65rem 0;color:var(--accent);font-weight:600}
.card>details{margin:-.65rem 0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.55rem .5rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;color:var(--dim);font-weight:400;font-size:.9rem}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
progress{width:100%;height:.6rem;accent-color:var(--accent)}
@media (min-width:44rem){main{padding-top:2rem}h1{font-size:1.8rem}.buttons{grid-template-columns:12rem 12rem;justify-content:end}.buttons>:only-child{grid-column:2}.card{padding:1.25rem}nav a{padding:0 .9rem}nav ul{margin:0 -.9rem;justify-content:flex-start}.button{width:auto}}
@media (max-width:34rem){nav ul{margin:0 -.35rem}nav a{padding:0 .35rem;font-size:.85rem}nav b{position:absolute;top:.05rem;right:-.75rem;margin:0;padding:0 .32rem;font-size:.68rem;line-height:1rem}}
@media (max-width:26rem){dl{grid-template-columns:1fr;gap:.1rem}dd+dt{margin-top:.6rem}}
@media print{header nav,form{display:none}}
`;

/** What a page may do: show itself in its own style, and send its forms back to where it came from. */
export function contentSecurityPolicy(): string {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    "img-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

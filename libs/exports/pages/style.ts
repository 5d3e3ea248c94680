import { createHash } from 'node:crypto';

/**
 * The style of all pages. One accent colour, neutral ink, the fonts of the reader's system. Colour never speaks alone. Contrast is at least 4.5:1 for text, in
 * both schemes; fields and buttons are at least 44 px high.
 */
export const style = `
:root{color-scheme:light dark;--accent:#0b4f8a;--on-accent:#fff;--soft:#e8f0f7;--ink:#1b1b1f;--muted:#50565c;--line:#d6dade;--edge:#7a838b;--paper:#fff;--wash:#f5f6f8;
--good:#1b6a3a;--good-soft:#e3f2e8;--warn:#854500;--warn-soft:#fcefdb;--bad:#9b1c1c;--bad-soft:#fae5e3;--off:#4a5259;--off-soft:#ebeef0}
@media(prefers-color-scheme:dark){:root{--accent:#8cc4ff;--on-accent:#04213c;--soft:#152a3d;--ink:#ececef;--muted:#adb4bb;--line:#343a41;--edge:#7d8790;--paper:#131418;--wash:#1b1d22;
--good:#86d4a2;--good-soft:#14301f;--warn:#f2bd78;--warn-soft:#37260e;--bad:#ff9f96;--bad-soft:#3c1614;--off:#b5bcc2;--off-soft:#24292e}}
*{box-sizing:border-box}
html{font:100%/1.55 system-ui,sans-serif;-webkit-text-size-adjust:100%}
body{margin:0;color:var(--ink);background:var(--paper);overflow-wrap:break-word}
a{color:var(--accent);text-underline-offset:.15em}a:hover{text-decoration-thickness:.15em}a,h1,h2,h3,code{overflow-wrap:anywhere}
:focus-visible,input:focus-within{outline:3px solid var(--accent);outline-offset:2px}
.wrap{max-width:72rem;margin:0 auto;padding:0 1rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;padding:.6rem 1rem;background:var(--paper);z-index:1}
.top{border-top:6px solid var(--accent);border-bottom:1px solid var(--line)}
.top .wrap{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding-block:.75rem}
.brand{display:flex;gap:.75rem;align-items:center;margin-right:auto;color:var(--ink);font-weight:650;text-decoration:none;padding:.3rem 0}.brand img{height:2.75rem;width:auto;max-width:10rem}.brand small{display:block;color:var(--muted);font-weight:400;font-size:.875rem}
.bar{list-style:none;display:flex;flex-wrap:wrap;margin:0;padding:0;gap:0 1.1rem}.bar a{display:block;padding:.6rem 0;text-decoration:none}.bar a:hover{text-decoration:underline}
.bar [aria-current]{color:var(--ink);font-weight:650;box-shadow:inset 0 -3px var(--accent)}.languages{font-size:.9375rem}
.menu{border-bottom:1px solid var(--line)}
h1{font-size:clamp(1.7rem,1.2rem + 2.3vw,2.5rem);line-height:1.15;letter-spacing:-.015em;max-width:26ch;margin:1.5rem 0 1rem;text-wrap:balance}
h2{font-size:1.4rem;line-height:1.25;margin:3.5rem 0 1rem}h3{font-size:1.0625rem;margin:1.8rem 0 .4rem}
p{margin:0 0 .75rem;max-width:44rem}.lead{font-size:1.1875rem}.note,small{color:var(--muted);font-size:.9375rem}
li{margin:.3rem 0}summary{cursor:pointer;padding:.7rem 0;font-weight:600}
.where{margin:1rem 0 -.75rem;font-size:.9375rem;color:var(--muted)}
.banner{background:var(--soft);border-left:4px solid var(--accent);padding:.75rem 1rem;margin:0 0 1rem;max-width:none}.banner p{margin:0}
.status{display:inline-block;padding:.15rem .75rem;border-radius:1rem;font-weight:600;font-size:.9375rem;background:var(--off-soft);color:var(--off)}
.status::before{content:"";display:inline-block;width:.6em;height:.6em;border-radius:50%;background:currentColor;margin-right:.5em}
.status.in-use,.status.piloted{background:var(--good-soft);color:var(--good)}.status.suspended{background:var(--warn-soft);color:var(--warn)}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:1px;margin:1.5rem 0 0;background:var(--line);border:1px solid var(--line)}
.answers>div{background:var(--paper);padding:1rem 1.25rem}.answers dt{color:var(--muted);font-weight:650;font-size:.9375rem}.answers dd{margin:.35rem 0 0}
.answers strong{display:block;font-size:1.125rem;line-height:1.35;margin-bottom:.4rem}.answers .empty{font-weight:400;font-style:italic;color:var(--muted)}.answers p{margin:0 0 .4rem}.answers p,.answers strong,.lead,.list p{white-space:pre-line}.list .meta{white-space:normal}
.day{display:flex;flex-wrap:wrap;gap:.75rem 2rem;align-items:end;margin:1.5rem 0 0;padding:1rem 1.25rem;background:var(--soft)}.day>div{flex:1 1 18rem}.day p{margin:0}
.row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end}.row>div{min-width:0;max-width:100%}
label{display:block;font-weight:600;font-size:.9375rem;margin:.6rem 0 .2rem}
input,select,button,textarea{font:inherit;color:inherit;max-width:100%;min-height:2.75rem;padding:.45rem .75rem;border:1px solid var(--edge);border-radius:.3rem;background:var(--paper)}
button,.button{display:inline-block;min-height:2.75rem;padding:.5rem 1.1rem;border:1px solid var(--accent);border-radius:.3rem;background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none;cursor:pointer}
.sheet{max-width:37rem;border:1px solid var(--line);border-top:6px solid var(--accent);padding:1.5rem;margin:1.5rem 0}.sheet h2{font-size:1.8rem;margin:.25rem 0 .5rem}.sheet dl{margin:1rem 0}.sheet dt{color:var(--muted);font-weight:650;font-size:.9375rem;margin-top:.8rem}.sheet dd{margin:0}.sheet ul{margin:0;padding-left:1.2rem}.sheet li{margin:0}.gap h2{margin-top:0}
.scan{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;align-items:center}.scan .qr{display:block;flex:none;width:8rem}.scan p{flex:1 1 12rem;margin:0}.code{font-size:1.5rem;letter-spacing:.12em}.letter{margin:1rem 0;padding:1rem 1.25rem;background:var(--wash);border-left:4px solid var(--accent);max-width:44rem;white-space:pre-line}
.trap{position:absolute;left:-99rem}
.wide{width:100%;max-width:44rem}#result{margin-top:1.5rem}#result:focus{outline:0}progress{width:100%;max-width:44rem;accent-color:var(--accent)}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 16rem;gap:0 4rem}@media(max-width:60rem){.columns{grid-template-columns:minmax(0,1fr)}}
aside h2{font-size:1.0625rem;margin:2.5rem 0 .4rem}aside ul{list-style:none;margin:0;padding:0}aside a{display:inline-block;padding:.2rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;min-width:min(30rem,100%)}table+table{margin-top:1rem}
caption{text-align:left;font-weight:600;padding-bottom:.3rem}th,td{text-align:left;vertical-align:top;padding:.4rem 1rem .4rem 0;border-bottom:1px solid var(--line)}
th[scope=row]{hyphens:auto;overflow-wrap:anywhere;font-weight:400;color:var(--muted)}th[scope=row]:nth-last-child(2){min-width:8.5em;width:13rem}thead th{font-size:.875rem;color:var(--muted)}td{overflow-wrap:anywhere}.scroll td time{white-space:nowrap}
td.n,th.n{text-align:right;white-space:nowrap}td ul{margin:0;padding-left:1.2rem}td li{margin:0}@media(max-width:30rem){th,td{padding-right:.5rem}}
.lists{columns:17rem;column-gap:2rem}.lists summary{padding:.3rem 0}.lists dl{margin:0 0 1rem;break-inside:avoid}.lists dd{margin:0 0 .4rem}
.card main{padding:1rem 1.25rem;border:1px solid var(--line);border-top:6px solid var(--accent);min-height:100vh}.card h1{font-size:1.35rem;margin:.25rem 0 .75rem;max-width:none}.card p{margin:0 0 .5rem}.card strong{display:block;margin-bottom:.5rem}.card .note{margin:0 0 .15rem}pre.copied{white-space:pre-wrap;overflow-wrap:anywhere;max-width:44rem;padding:.75rem 1rem;background:var(--wash)}iframe{border:0;max-width:100%}
.ask dt{font-weight:600;max-width:44rem}.ask dd{margin:0 0 .9rem}.ask a{display:inline-block;padding:.25rem 0}
.scroll{overflow-x:auto}.scroll+p,details+p{margin-top:.75rem}pre{overflow-x:auto}
.strip{display:block;width:100%;height:1.75rem;background:var(--off-soft);overflow:visible}.strip rect{fill:var(--off-soft)}.strip .in-use{fill:var(--good)}.strip .piloted{fill:var(--edge)}.strip .suspended{fill:var(--warn)}
.strip circle{fill:var(--paper);stroke:var(--ink);stroke-width:2}.strip .incident{fill:var(--bad);stroke:var(--paper)}.mark{margin-right:.5rem}.periods time{white-space:nowrap}.mark::before{content:"";display:inline-block;width:.75em;height:.75em;margin:0 .5em 0 .3em;border:2px solid var(--ink);border-radius:50%}.mark.incident::before{background:var(--bad);border-color:var(--bad)}
.periods{list-style:none;margin:.75rem 0 0;padding:0}.periods .status{margin-right:.5rem}
.share{display:block;width:6rem;height:.75rem;background:var(--line);margin-top:.4rem}.share rect{fill:var(--accent)}
.bars{display:block;width:100%;height:8rem;border-bottom:1px solid var(--edge)}.bars rect{fill:var(--accent)}.axis{display:flex;justify-content:space-between;max-width:none;color:var(--muted);font-size:.9375rem}
.change{border-left:4px solid var(--line);padding-left:1rem;margin-top:2rem}.change h2{margin:0}.change h3{margin:.8rem 0 .2rem;color:var(--muted)}.change.added{border-color:var(--good)}.change.removed,.change.erased{border-color:var(--bad)}.change.changed{border-color:var(--accent)}.change.withheld{border-color:var(--warn)}
.gap{border-left:4px solid var(--warn);background:var(--warn-soft);padding:.75rem 1rem;margin:0 0 .75rem;max-width:none}
ol.life{list-style:none;margin:0;padding:0 0 0 1.3rem;border-left:2px solid var(--line)}ol.life li{position:relative;margin:0;padding:0 0 1.2rem}
ol.life li::before{content:"";position:absolute;left:-1.72rem;top:.45rem;width:.7rem;height:.7rem;border-radius:50%;background:var(--paper);border:3px solid var(--edge)}
ol.life time{display:block;color:var(--muted);font-size:.9375rem}ol.life small time{display:inline}ol.life p{margin:.2rem 0}ol.life b{display:block}
.proof{background:var(--wash);padding:1rem 1.25rem}
.search{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;max-width:44rem;margin-top:1rem}.search>div{flex:1 1 16rem}.search input{width:100%}
.tiles+.banner{margin-top:2rem}.tiles{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:1rem;margin:2rem 0 0;padding:0}.tiles li{margin:0;border-top:3px solid var(--accent);padding-top:.4rem}
.tiles a{display:block;text-decoration:none;color:inherit}.tiles a:hover{text-decoration:underline}.tiles b{display:block;font-size:2rem;line-height:1.15;font-variant-numeric:tabular-nums}
.find{display:grid;grid-template-columns:15rem minmax(0,1fr);gap:0 3rem}@media(max-width:52rem){.find{grid-template-columns:minmax(0,1fr)}}
@media(min-width:52rem){@supports selector(::details-content){.find form>details::details-content,.menu details::details-content{content-visibility:visible}.find form summary,.menu summary{display:none}}}
fieldset{border:0;margin:0 0 1.25rem;padding:0;min-width:0}legend{font-weight:650;padding:0 0 .2rem}
.check{display:flex;gap:.6rem;align-items:center;margin:0;padding:.3rem 0;font-weight:400}.check input{flex:none;width:1.2rem;min-height:1.2rem;height:1.2rem;margin:0;padding:0}.check span{margin-left:auto;color:var(--muted)}
.list{list-style:none;margin:0 0 1.5rem;padding:0;border-top:1px solid var(--line)}.list>li{margin:0;padding:1rem 0;border-bottom:1px solid var(--line)}.list h3{margin:0 0 .25rem;font-size:1.125rem}
.meta{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;margin:.25rem 0 0;color:var(--muted);font-size:.9375rem;max-width:none}.meta .missing{color:var(--warn);font-weight:600}
.foot{border-top:1px solid var(--line);margin-top:4rem;padding:1rem 0 2rem;color:var(--muted);font-size:.9375rem}
.printed,.qr{display:none}
@page sheet{size:A5;margin:9mm}
@media print{.sheet{page:sheet;border:0;padding:0;margin:0;font-size:9pt;line-height:1.35}.sheet h2{font-size:16pt}.sheet .note,.sheet dt{font-size:8pt}.sheet dt{margin-top:.5rem}.sheet ul{columns:2}.sheet p{margin-bottom:.2rem}.sheet .scan{break-inside:avoid}body:has(.sheet) :is(h1,.lead,.where,.top,.printed){display:none}.sheet .qr{float:none;width:3cm}body{display:table;width:100%}.printed{display:table-footer-group;break-inside:avoid;font-size:8pt}.qr{display:block;float:right;width:2.6cm}h2,h3,summary{break-after:avoid}tr,li,.answers>div{break-inside:avoid}@page{margin:15mm 15mm 12mm}.top .languages,.menu,.day,aside,.foot,.skip{display:none}html{font-size:10.5pt}h2{margin-top:1.5rem}.columns{display:block}}
@media(forced-colors:active){.status,.strip,.share{border:1px solid}.strip rect,.share rect,.bars rect{forced-color-adjust:none}}
`.trim();

/** The name of the style's file: it changes with the style, so that the file may be kept for ever. */
export const styleName = `style.${createHash('sha256').update(style).digest('hex').slice(0, 12)}.css`;

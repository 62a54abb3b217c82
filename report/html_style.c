/* SPDX-License-Identifier: MIT */
/*
 * How the HTML report looks: on a light screen, a dark one, and on paper, from
 * 400 pixels of width on.
 *
 * Fonts are the system's and nothing is loaded. One colour is for what counts,
 * the others tell series apart, and differ for the colour-blind, too: from
 * Okabe and Ito's palette, darker or lighter for the contrast that WCAG asks of
 * lines (3:1) and text (4.5:1). Dashes and marks say the same without
 * colour. As this stands inside XML, it has neither < nor & in it.
 */

#include <stddef.h>

#include "base/util.h"
#include "report/html_style.h"

static const char *const colours[] = {
	":root{color-scheme:light dark;",
	"--bg:#fff;--fg:#1f2328;--soft:#59636e;--rule:#d9dee3;",
	"--panel:#f6f8fa;--accent:#0a5fae;--good:#0a6b4f;--bad:#b3340b;",
	"--red:#c2410c;--pink:#9c3c86;--green:#00795a;--sand:#8a6a00}\n",
	"@media screen and (prefers-color-scheme:dark){:root{",
	"--bg:#0f1419;--fg:#e6e9ed;--soft:#9aa5b1;--rule:#2d353e;",
	"--panel:#171d24;--accent:#66b2ff;--good:#5fd0a8;--bad:#ff9069;",
	"--red:#ff9257;--pink:#e59bd3;--green:#4cc9a0;--sand:#dcb64a}}\n",
};

static const char *const page[] = {
	"*{box-sizing:border-box}\n",
	"body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:66rem;",
	"background:var(--bg);color:var(--fg);",
	"font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,",
	"'Helvetica Neue','Noto Sans','Liberation Sans',Arial,sans-serif;",
	"overflow-wrap:anywhere}\n",
	/* A URL of any length leaves the verdict in sight. */
	"h1{margin:0;font-size:1.25rem;line-height:1.3;font-weight:600;",
	"max-height:6.5em;overflow:auto}\n",
	"h2{margin:3rem 0 .75rem;padding-top:.75rem;font-size:1.15rem;",
	"font-weight:600;border-top:1px solid var(--rule)}\n",
	"p{margin:.5rem 0;max-width:44rem}\n",
	"a{color:var(--accent)}\n",
	".note,.facts{color:var(--soft);font-size:.875rem}\n",
	".note{margin-top:.75rem}\n",
	"footer{margin-top:3rem;color:var(--soft);font-size:.875rem}\n",
	".good{color:var(--good)}.bad{color:var(--bad)}\n",
	".verdict{display:flex;gap:1rem;margin:1.5rem 0;padding:1rem 1.25rem;",
	"background:var(--panel);border-left:5px solid var(--soft);",
	"border-radius:4px}\n",
	".verdict.good{border-color:var(--good)}\n",
	".verdict.bad{border-color:var(--bad)}\n",
	".verdict>svg{flex:none;margin-top:.2rem}\n",
	".verdict p,.verdict ul{margin:0;color:var(--fg)}\n",
	".verdict ul{padding-left:1.1rem}\n",
	".verdict .head{font-size:1.5rem;line-height:1.3;font-weight:700;",
	"letter-spacing:.01em;color:inherit}\n",
	".tiles{display:grid;gap:1px;margin:1.5rem 0;background:var(--rule);",
	"border:1px solid var(--rule);border-radius:4px;overflow:hidden;",
	"grid-template-columns:repeat(6,1fr)}\n",
	".tiles>div{padding:.75rem 1rem;background:var(--bg)}\n",
	".tiles dt{color:var(--soft);font-size:.8125rem}\n",
	".tiles dd{margin:0}\n",
	".tiles .figure{font-size:1.5rem;line-height:1.3;font-weight:600;",
	"font-variant-numeric:tabular-nums}\n",
	".tiles .more{color:var(--soft);font-size:.8125rem}\n",
	"dl.items{display:grid;grid-template-columns:minmax(6.5rem,auto) 1fr;",
	"gap:.25rem 1rem;margin:.75rem 0}\n",
	"dl.items dt{color:var(--soft)}dl.items dd{margin:0}\n",
	"pre{margin:.5rem 0;padding:.75rem 1rem;max-height:28rem;",
	"overflow:auto;background:var(--panel);border-radius:4px;",
	"font:13px/1.5 ui-monospace,Menlo,Consolas,'Liberation Mono',",
	"monospace;white-space:pre-wrap}\n",
	"summary{cursor:pointer;color:var(--accent);margin-top:1rem}\n",
};

static const char *const tables[] = {
	".scroll{overflow-x:auto;margin:1.25rem 0}\n",
	".tables{display:flex;flex-wrap:wrap;gap:0 3rem}\n",
	".tables>*{flex:none;max-width:100%}\n",
	"table{border-collapse:collapse;min-width:20rem;font-size:.9375rem;",
	"font-variant-numeric:tabular-nums;overflow-wrap:normal}\n",
	"caption{text-align:left;font-weight:600;padding:0 0 .35rem}\n",
	"th,td{padding:.3rem 0 .3rem 1.5rem;text-align:right;",
	"vertical-align:top;border-bottom:1px solid var(--rule)}\n",
	"thead th{color:var(--soft);font-weight:400;font-size:.8125rem;",
	"vertical-align:bottom;white-space:nowrap}\n",
	"td{white-space:nowrap}\n",
	"th:first-child{padding-left:0}\n",
	"th.word,td.word,tbody th{text-align:left}\n",
	"td.word{white-space:normal;min-width:9rem;overflow-wrap:anywhere}\n",
	"td.word.name{min-width:14rem}\n",
	"tbody th{font-weight:400;min-width:6rem;overflow-wrap:anywhere}\n",
	"td.good,td.bad{font-weight:600}\n",
	".key{display:inline-block;width:1.35rem;margin-right:.4rem;",
	"border-radius:3px;color:var(--bg);background:var(--c);",
	"text-align:center;font-size:.8125rem}\n",
};

static const char *const charts[] = {
	".shapes{position:absolute}\n",
	"figure{margin:1.5rem 0 2rem}\n",
	"figcaption{font-weight:600}\n",
	".legend{display:flex;flex-wrap:wrap;gap:.1rem 1.25rem;",
	"margin:.15rem 0 .5rem;padding:0;list-style:none;font-size:.875rem}\n",
	".swatch{margin-right:.45rem;vertical-align:-1px}\n",
	".chart,.bar{display:block;overflow:visible}\n",
	".plot{padding:34px 18px 46px 60px}\n",
	".chart text,.bar text{font-size:12px;fill:var(--soft);",
	"font-variant-numeric:tabular-nums}\n",
	".grid{stroke:var(--rule);stroke-width:1}\n",
	".span{fill:var(--soft);fill-opacity:.1}\n",
	".edge{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 2}\n",
	".line{stroke:var(--c);stroke-width:2;stroke-linejoin:round;",
	"stroke-linecap:round}\n",
	".mark{fill:var(--c);stroke:var(--bg);stroke-width:1}\n",
	".area{fill:var(--c);fill-opacity:.25;stroke:var(--c);",
	"stroke-opacity:.4}\n",
	".tip{fill:var(--fg);fill-opacity:0}.tip:hover{fill-opacity:.08}\n",
	".planned,.lag{--c:var(--soft)}\n",
	".achieved,.response,.p50,.first_byte{--c:var(--accent)}\n",
	".failed,.max,.connect{--c:var(--red)}\n",
	".dropped,.p95,.ttfb,.wait{--c:var(--pink)}\n",
	".p90,.service,.transfer{--c:var(--green)}\n",
	".p99{--c:var(--fg)}.tls{--c:var(--sand)}\n",
	".line.planned{stroke-width:5;stroke-opacity:.35}\n",
	".line.failed,.line.p90{stroke-dasharray:7 4}\n",
	".line.dropped,.line.p95,.line.ttfb{stroke-dasharray:7 4 1 4}\n",
	".line.max{stroke-width:1.5;stroke-dasharray:1 4}\n",
	".line.service{stroke-dasharray:5 5}\n",
	".mark.max{stroke:var(--c);stroke-width:1.5}\n",
	".mark.planned{display:none}\n",
	".part{fill:var(--c);stroke:var(--bg)}\n",
	"td.parts{min-width:7rem;padding-top:.6rem}\n",
	".bar text{fill:var(--bg);font-weight:600;pointer-events:none}\n",
	"@media (max-width:960px){.tiles{grid-template-columns:",
	"repeat(3,1fr)}}\n",
	"@media (max-width:480px){.tiles{grid-template-columns:1fr 1fr}}\n",
	"@media (max-width:640px){.minor{display:none}",
	"body{padding:1.25rem 1rem 2rem}th,td{padding-left:1rem}}\n",
	"@media print{body{max-width:none;padding:0;font-size:11pt}",
	"h2{break-after:avoid}",
	"figure,tr,.scroll,.verdict,.tiles{break-inside:avoid}",
	".scroll{overflow:visible}.tables{display:block}",
	"details{display:none}",
	"h1,pre{max-height:none}}\n",
};

static void
put_all(FILE *out, const char *const *lines, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		fputs(lines[i], out);
}

void
html_style_write(FILE *out)
{
	fputs("<style>\n", out);
	put_all(out, colours, UTIL_NELEM(colours));
	put_all(out, page, UTIL_NELEM(page));
	put_all(out, tables, UTIL_NELEM(tables));
	put_all(out, charts, UTIL_NELEM(charts));
	fputs("</style>\n", out);
}
